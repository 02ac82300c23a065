// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sections that a program keeps in memory are laid out in one mapping: code first, read-only data from the next
// page on. Then the relocations between them are applied, and the pages get their rights. Only the relocations that
// LLVM makes for kernels are known. Source: System V ABI, its supplement for x86-64, and ELF for the Arm 64-bit
// Architecture (IHI 0056), section 5.7.
#include "object.hpp"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gradus/error.hpp>

namespace gradus {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
#else
constexpr Elf64_Half own_machine = EM_NONE;
#endif

constexpr std::size_t most_sections = 64;
constexpr std::size_t largest_alignment = 4096;

[[noreturn]] void refuse(const std::string& why) { throw internal_error("cannot load a kernel: " + why); }

/// The object's bytes; every access is checked.
class bytes_reader {
public:
    explicit bytes_reader(std::span<const char> bytes) : bytes_(bytes) {}

    std::span<const char> part(std::uint64_t offset, std::uint64_t size) const {
        if (offset > bytes_.size() || size > bytes_.size() - offset) refuse("the object ends early");
        return bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    }
    template <class T>
    T at(std::uint64_t offset) const {
        T value;
        std::memcpy(&value, part(offset, sizeof(T)).data(), sizeof(T));
        return value;
    }
    /// A table that a section holds.
    template <class T>
    std::vector<T> table(const Elf64_Shdr& section) const {
        if (section.sh_size % sizeof(T) != 0) refuse("a table of a wrong size");
        const std::span<const char> raw = part(section.sh_offset, section.sh_size);
        std::vector<T> rows(raw.size() / sizeof(T));
        if (!rows.empty()) std::memcpy(rows.data(), raw.data(), raw.size());
        return rows;
    }

private:
    std::span<const char> bytes_;
};

std::vector<Elf64_Shdr> sections_of(const bytes_reader& object) {
    const auto header = object.at<Elf64_Ehdr>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_REL)
        refuse("not a relocatable object");
    if (header.e_machine != own_machine) refuse("an object for another processor");
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum > most_sections) refuse("a wrong section table");
    Elf64_Shdr place{};
    place.sh_offset = header.e_shoff;
    place.sh_size = header.e_shnum * sizeof(Elf64_Shdr);
    return object.table<Elf64_Shdr>(place);
}

bool is_code(const Elf64_Shdr& section) { return (section.sh_flags & SHF_EXECINSTR) != 0; }
bool is_loaded(const Elf64_Shdr& section) { return (section.sh_flags & SHF_ALLOC) != 0; }

/// Memory of whole pages.
class mapping {
public:
    explicit mapping(std::size_t size)
        : data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)), size_(size) {
        if (data_ == MAP_FAILED) refuse("no memory");
    }
    ~mapping() { ::munmap(data_, size_); }
    mapping(const mapping&) = delete;
    mapping& operator=(const mapping&) = delete;

    char* data() const { return static_cast<char*>(data_); }
    /// The first `code` bytes, whole pages, may be executed; nothing may be written any more.
    void protect(std::size_t code) {
        __builtin___clear_cache(data(), data() + code);
        if (code > 0 && ::mprotect(data_, code, PROT_READ | PROT_EXEC) != 0) refuse("memory cannot be made executable");
        if (code < size_ && ::mprotect(data() + code, size_ - code, PROT_READ) != 0)
            refuse("memory cannot be made read-only");
    }

private:
    void* data_;
    std::size_t size_;
};

std::size_t rounded_up(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

/// Where the sections lie in the mapping.
struct arrangement_in_memory {
    std::vector<std::size_t> offset;  ///< by section; meaningless for one that is not loaded
    std::size_t code = 0;             ///< bytes, whole pages
    std::size_t size = 0;
};

arrangement_in_memory arrange(const bytes_reader& object, const std::vector<Elf64_Shdr>& sections) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    arrangement_in_memory result{std::vector<std::size_t>(sections.size()), 0, 0};
    const auto place = [&](bool code) {
        for (std::size_t i = 0; i < sections.size(); ++i) {
            const Elf64_Shdr& s = sections[i];
            if (!is_loaded(s) || is_code(s) != code) continue;
            if (s.sh_type != SHT_PROGBITS || (s.sh_flags & SHF_WRITE) != 0) refuse("a section of an unknown kind");
            const std::uint64_t alignment = s.sh_addralign == 0 ? 1 : s.sh_addralign;
            if ((alignment & (alignment - 1)) != 0 || alignment > largest_alignment) refuse("a wrong alignment");
            result.offset[i] = rounded_up(result.size, static_cast<std::size_t>(alignment));
            result.size = result.offset[i] + object.part(s.sh_offset, s.sh_size).size();
        }
        result.size = rounded_up(result.size, page);
    };
    place(true);
    result.code = result.size;
    place(false);
    if (result.code == 0) refuse("it holds no code");
    return result;
}

/// Writes `bits` of a 32-bit instruction, from bit `first` on.
void set_field(char* instruction, unsigned first, unsigned bits, std::uint64_t value) {
    std::uint32_t word;
    std::memcpy(&word, instruction, sizeof word);
    const std::uint32_t mask = ((1U << bits) - 1) << first;
    word = (word & ~mask) | (static_cast<std::uint32_t>(value << first) & mask);
    std::memcpy(instruction, &word, sizeof word);
}

void set_relative(char* place, std::int64_t distance) {
    if (distance != static_cast<std::int32_t>(distance)) refuse("a distance beyond 32 bits");
    const auto word = static_cast<std::int32_t>(distance);
    std::memcpy(place, &word, sizeof word);
}

/// The low 12 bits of an address, in units of the 1 << shift bytes that the instruction loads.
void set_low_bits(char* place, std::uint64_t address, unsigned shift) {
    const std::uint64_t low = address & 0xFFF;
    if ((low >> shift) << shift != low) refuse("a constant that is not aligned");
    set_field(place, 10, 12, low >> shift);
}

/// The distance of two pages of 4096 bytes, for adrp.
void set_page(char* place, std::uint64_t address) {
    const std::uint64_t own = reinterpret_cast<std::uintptr_t>(place);
    const std::int64_t pages = static_cast<std::int64_t>(address >> 12) - static_cast<std::int64_t>(own >> 12);
    if (pages < -(std::int64_t{1} << 20) || pages >= (std::int64_t{1} << 20)) refuse("a distance beyond 4 GiB");
    set_field(place, 29, 2, static_cast<std::uint64_t>(pages) & 3);
    set_field(place, 5, 19, static_cast<std::uint64_t>(pages) >> 2 & 0x7FFFF);
}

void relocate_x86_64(std::uint64_t type, char* place, std::uint64_t address) {
    if (type != R_X86_64_PC32) refuse("a relocation of type " + std::to_string(type));
    set_relative(place, static_cast<std::int64_t>(address - reinterpret_cast<std::uintptr_t>(place)));
}

void relocate_aarch64(std::uint64_t type, char* place, std::uint64_t address) {
    switch (type) {
        case R_AARCH64_PREL32:
            return set_relative(place, static_cast<std::int64_t>(address - reinterpret_cast<std::uintptr_t>(place)));
        case R_AARCH64_ADR_PREL_PG_HI21: return set_page(place, address);
        case R_AARCH64_ADD_ABS_LO12_NC:
        case R_AARCH64_LDST8_ABS_LO12_NC: return set_low_bits(place, address, 0);
        case R_AARCH64_LDST16_ABS_LO12_NC: return set_low_bits(place, address, 1);
        case R_AARCH64_LDST32_ABS_LO12_NC: return set_low_bits(place, address, 2);
        case R_AARCH64_LDST64_ABS_LO12_NC: return set_low_bits(place, address, 3);
        case R_AARCH64_LDST128_ABS_LO12_NC: return set_low_bits(place, address, 4);
        default: refuse("a relocation of type " + std::to_string(type));
    }
}

/// One object on its way into memory.
class loader {
public:
    explicit loader(std::span<const char> object)
        : object_(object),
          sections_(sections_of(object_)),
          where_(arrange(object_, sections_)),
          memory_(std::make_shared<mapping>(where_.size)) {
        read_symbols();
        copy_sections();
        for (const Elf64_Shdr& s : sections_)
            if (s.sh_type == SHT_RELA) relocate(s);
        memory_->protect(where_.code);
    }

    void* function(std::string_view name) const {
        for (const Elf64_Sym& s : symbols_) {
            if (name_of(s) != name || ELF64_ST_TYPE(s.st_info) != STT_FUNC) continue;
            const Elf64_Shdr& section = section_of(s);
            if (!is_code(section) || s.st_value >= section.sh_size) refuse("a function that is no code");
            return address_of(s);
        }
        refuse("the object has no function " + std::string(name));
    }
    std::shared_ptr<void> memory() const { return memory_; }

private:
    void read_symbols() {
        for (const Elf64_Shdr& s : sections_) {
            if (s.sh_type != SHT_SYMTAB) continue;
            if (s.sh_link >= sections_.size() || !symbols_.empty()) refuse("a wrong symbol table");
            symbols_ = object_.table<Elf64_Sym>(s);
            names_ = object_.part(sections_[s.sh_link].sh_offset, sections_[s.sh_link].sh_size);
        }
    }
    std::string_view name_of(const Elf64_Sym& s) const {
        if (s.st_name >= names_.size()) refuse("a wrong symbol name");
        const std::span<const char> rest = names_.subspan(s.st_name);
        return {rest.data(), ::strnlen(rest.data(), rest.size())};
    }
    const Elf64_Shdr& section_of(const Elf64_Sym& s) const {
        if (s.st_shndx == SHN_UNDEF || s.st_shndx >= sections_.size() || !is_loaded(sections_[s.st_shndx]))
            refuse("it refers to something outside itself");
        return sections_[s.st_shndx];
    }
    char* address_of(const Elf64_Sym& s) const {
        if (s.st_value > section_of(s).sh_size) refuse("a symbol outside its section");
        return memory_->data() + where_.offset[s.st_shndx] + s.st_value;
    }
    void copy_sections() {
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            if (!is_loaded(sections_[i])) continue;
            const std::span<const char> from = object_.part(sections_[i].sh_offset, sections_[i].sh_size);
            if (!from.empty()) std::memcpy(memory_->data() + where_.offset[i], from.data(), from.size());
        }
    }
    void relocate(const Elf64_Shdr& relocations) {
        if (relocations.sh_info >= sections_.size()) refuse("relocations of no section");
        const Elf64_Shdr& target = sections_[relocations.sh_info];
        if (!is_loaded(target)) return;
        char* const begin = memory_->data() + where_.offset[relocations.sh_info];
        for (const Elf64_Rela& r : object_.table<Elf64_Rela>(relocations)) {
            if (target.sh_size < 4 || r.r_offset > target.sh_size - 4) refuse("a relocation outside its section");
            const std::uint64_t symbol = ELF64_R_SYM(r.r_info);
            if (symbol >= symbols_.size()) refuse("a relocation to no symbol");
            const std::uint64_t address =
                reinterpret_cast<std::uintptr_t>(address_of(symbols_[symbol])) + static_cast<std::uint64_t>(r.r_addend);
            (own_machine == EM_X86_64 ? relocate_x86_64 : relocate_aarch64)(ELF64_R_TYPE(r.r_info), begin + r.r_offset,
                                                                            address);
        }
    }

    bytes_reader object_;
    std::vector<Elf64_Shdr> sections_;
    arrangement_in_memory where_;
    std::shared_ptr<mapping> memory_;
    std::vector<Elf64_Sym> symbols_;
    std::span<const char> names_;
};

}  // namespace

std::shared_ptr<void> load(std::span<const char> object, std::string_view symbol, void** entry) {
    const loader loaded(object);
    *entry = loaded.function(symbol);
    return loaded.memory();
}

}  // namespace gradus
