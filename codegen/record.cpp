// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "record.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "generator.hpp"

namespace gradus {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

constexpr std::string_view format = "gradusk1";
constexpr std::size_t head_size = 16;

class byte_writer {
public:
    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
    void number(T value) {
        const auto wide = static_cast<std::uint64_t>(value);
        bytes_.append(reinterpret_cast<const char*>(&wide), sizeof wide);
    }
    void text(std::string_view bytes) {
        number(bytes.size());
        bytes_.append(bytes);
    }
    void raw(std::string_view bytes) { bytes_.append(bytes); }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reads what byte_writer wrote. After the first number that is missing or out of its range everything is 0 or empty.
class byte_reader {
public:
    explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        if (rest_.size() < sizeof value) {
            fail();
            return 0;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    /// A number of a type; it lies in [least, most].
    template <class T>
    T number(std::int64_t least, std::int64_t most) {
        const auto value = static_cast<std::int64_t>(number());
        if (value >= least && value <= most) return static_cast<T>(value);
        fail();
        return T{};
    }
    std::string_view text() {
        const std::uint64_t size = number();
        if (size > rest_.size()) {
            fail();
            return {};
        }
        const std::string_view found = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(found.size());
        return found;
    }
    /// The length of a list of items of at least 8 bytes.
    std::size_t count() {
        const std::uint64_t items = number();
        if (items <= rest_.size() / 8) return static_cast<std::size_t>(items);
        fail();
        return 0;
    }
    bool good() const { return good_; }
    bool at_end() const { return good_ && rest_.empty(); }

private:
    void fail() {
        good_ = false;
        rest_ = {};
    }
    std::string_view rest_;
    bool good_ = true;
};

// ---- the key

void write_axes(byte_writer& to, const axis_order& axes) {
    to.number(axes.rank);
    for (std::size_t i = 0; i < axes.rank; ++i) to.number(axes.axis[i]);
}
void write_target(byte_writer& to, const target& machine) {
    to.text(machine.triple);
    to.text(machine.cpu);
    to.text(machine.features);
    to.number(machine.vector_bytes);
}
void write_node(byte_writer& to, const node& n) {
    to.number(n.code);
    to.number(n.type);
    to.number(n.axes);
    to.number(n.over);
    for (const node_id id : n.args) to.number(id);
    to.number(std::bit_cast<std::uint64_t>(n.value));
    to.number(n.ref);
}
void write_input(byte_writer& to, graph_view g, const input& in) {
    to.text(g.text_of(in.name));
    to.number(in.use);
    to.number(in.type);
    to.number(in.any_integer);
    to.number(in.used);
    write_axes(to, in.axes);
}
void write_output(byte_writer& to, graph_view g, const output& out) {
    to.text(g.text_of(out.name));
    to.number(out.value);
    to.number(out.type);
    to.number(out.derivative);
    to.number(out.inspected);
    write_axes(to, out.axes);
}
void write_graph(byte_writer& to, graph_view g) {
    to.number(g.hash);
    to.number(g.nodes.size());
    for (const node& n : g.nodes) write_node(to, n);
    to.number(g.inputs.size());
    for (const input& in : g.inputs) write_input(to, g, in);
    to.number(g.outputs.size());
    for (const output& out : g.outputs) write_output(to, g, out);
    to.number(g.requirements.size());
    for (const requirement& r : g.requirements) {
        to.number(r.condition);
        to.number(r.value);
        to.number(r.over);
    }
    to.number(g.axes.size());
    for (const name_ref& name : g.axes) to.text(g.text_of(name));
}
void write_layout(byte_writer& to, const layout& arrangement) {
    to.number(arrangement.loops.size());
    for (const loop_axis& loop : arrangement.loops) {
        to.number(loop.sources.size());
        for (const source_axis& source : loop.sources) {
            to.number(source.axis);
            to.number(source.part);
        }
    }
    to.number(arrangement.unit.size());
    for (const int loop : arrangement.unit) to.number(loop);
    to.number(arrangement.aligned);
}

// ---- the program

void write_program(byte_writer& to, const executable& program) {
    to.number(program.stages.size());
    for (const stage_shape& s : program.stages) {
        to.number(s.form);
        to.number(s.rows);
        to.number(s.inner);
        to.number(s.lane);
        to.number(s.chunk);
        to.number(s.requirement);
        to.number(s.across);
        to.number(s.units.swept);
        to.number(s.units.run);
        to.number(s.units.lanes_along_run);
        to.number(s.units.way);
        to.number(s.lanes);
        to.number(s.cost);
    }
    to.number(program.temporaries.size());
    for (const temporary& t : program.temporaries) {
        to.number(t.axes);
        to.number(t.blocks_of);
        to.number(t.element_size);
        to.number(t.per_item);
    }
    to.number(program.in_place.size());
    for (const in_place_pair& pair : program.in_place) {
        to.number(pair.input);
        to.number(pair.output);
    }
    to.number(program.gpu != nullptr);
    if (program.gpu == nullptr) return;
    to.number(program.gpu->shared_bytes.size());
    for (const int bytes : program.gpu->shared_bytes) to.number(bytes);
}

constexpr std::int64_t every_axis = ~axis_set{0};
constexpr std::int64_t most = 1 << 20;  ///< of anything that is counted

stage_shape read_stage(byte_reader& from) {
    stage_shape s;
    s.form = from.number<stage_form>(0, static_cast<std::int64_t>(stage_form::merge));
    s.rows = from.number<axis_set>(0, every_axis);
    s.inner = from.number<axis_set>(0, every_axis);
    s.lane = from.number<int>(-1, max_axes - 1);
    s.chunk = from.number<std::int64_t>(1, std::int64_t{1} << 40);
    s.requirement = from.number<int>(-1, most);
    s.across = from.number<int>(-1, max_axes - 1);
    s.units.swept = from.number<axis_set>(0, every_axis);
    s.units.run = from.number<int>(-1, max_axes - 1);
    s.units.lanes_along_run = from.number<bool>(0, 1);
    s.units.way = from.number<row_way>(0, static_cast<std::int64_t>(row_way::by_units));
    s.lanes = from.number<int>(1, 64);
    s.cost = from.number<int>(1, most);
    return s;
}
temporary read_temporary(byte_reader& from, std::size_t stages) {
    temporary t;
    t.axes = from.number<axis_set>(0, every_axis);
    t.blocks_of = from.number<int>(-1, static_cast<std::int64_t>(stages) - 1);
    t.element_size = from.number<std::size_t>(1, 64);
    t.per_item = from.number<std::size_t>(1, most);
    return t;
}
executable read_program(byte_reader& from) {
    executable program;
    program.stages.resize(from.count());
    for (stage_shape& s : program.stages) s = read_stage(from);
    program.temporaries.resize(from.count());
    for (temporary& t : program.temporaries) t = read_temporary(from, program.stages.size());
    program.in_place.resize(from.count());
    for (in_place_pair& pair : program.in_place) {
        pair.input = from.number<int>(0, most);
        pair.output = from.number<int>(0, most);
    }
    if (!from.number<bool>(0, 1)) return program;
    gpu_code gpu;
    gpu.shared_bytes.resize(from.count());
    for (int& bytes : gpu.shared_bytes) bytes = from.number<int>(0, most);
    program.gpu = std::make_shared<const gpu_code>(std::move(gpu));
    return program;
}

}  // namespace

std::string graph_key(graph_view g) {
    byte_writer to;
    write_graph(to, g);
    return to.take();
}

std::string variant_key(const layout& arrangement, std::span<const element> input_types, const target& machine) {
    byte_writer to;
    write_target(to, machine);
    write_layout(to, arrangement);
    to.number(input_types.size());
    for (const element type : input_types) to.number(type);
    return to.take();
}

std::string kernel_key(graph_view g, const layout& arrangement, std::span<const element> input_types,
                       const target& machine, std::string_view name) {
    byte_writer to;
    to.text(name);
    to.text(machine.name);
    to.text(generator_fingerprint());
    to.raw(graph_key(g));
    to.raw(variant_key(arrangement, input_types, machine));
    return to.take();
}

std::string file_name_of(std::string_view key) {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    return fmt::format("{:016x}{:016x}.kernel", hash.high64, hash.low64);
}

std::string to_bytes(const kernel_record& record) {
    byte_writer body;
    body.text(record.key);
    write_program(body, record.program);
    body.text(record.symbol);
    body.text(record.object);
    const std::string rest = body.take();
    byte_writer all;
    all.raw(format);
    all.number(XXH3_64bits(rest.data(), rest.size()));
    all.raw(rest);
    return all.take();
}

std::optional<kernel_record> read_record(std::string_view bytes) {
    if (bytes.size() < head_size || !bytes.starts_with(format)) return std::nullopt;
    const std::string_view rest = bytes.substr(head_size);
    if (byte_reader(bytes.substr(format.size())).number() != XXH3_64bits(rest.data(), rest.size())) return std::nullopt;
    byte_reader from(rest);
    kernel_record record;
    record.key = from.text();
    record.program = read_program(from);
    record.symbol = from.text();
    record.object = from.text();
    if (!from.at_end()) return std::nullopt;
    return record;
}

bool fits(const executable& program, graph_view g, const layout& arrangement) {
    if (program.gpu != nullptr && program.gpu->shared_bytes.size() != program.stages.size()) return false;
    const auto loops = static_cast<int>(arrangement.loops.size());
    const auto known = [&](axis_set axes) { return loops >= 32 || axes >> loops == 0; };
    for (const stage_shape& s : program.stages) {
        const bool asks = s.requirement >= 0;
        if (!known(s.rows | s.inner | s.units.swept)) return false;
        if (s.lane >= loops || s.across >= loops || s.units.run >= loops) return false;
        if (asks != (s.form == stage_form::check)) return false;
        if (asks && static_cast<std::size_t>(s.requirement) >= g.requirements.size()) return false;
    }
    for (const temporary& t : program.temporaries)
        if (!known(t.axes)) return false;
    for (const in_place_pair& pair : program.in_place)
        if (static_cast<std::size_t>(pair.input) >= g.inputs.size() ||
            static_cast<std::size_t>(pair.output) >= g.outputs.size())
            return false;
    return true;
}

std::optional<key_names> names_in(std::string_view key) {
    byte_reader from(key);
    const std::string_view kernel = from.text(), target = from.text();
    if (!from.good()) return std::nullopt;
    return key_names{kernel, target};
}

}  // namespace gradus
