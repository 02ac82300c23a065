# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# gradus_add_kernels(target source...
#                    [CPUS cpu...]        avx512, avx2, aarch64; by default all of the machine's architecture
#                    [LAYOUTS layout...]  dense (the default), padded
#                    [LABELS type...]     element types of labels; by default int32 int64
#                    [RANKS number...])   of the axes that "..." stands for; by default 1
#
# Compiles the kernels that the sources list by GRADUS_KERNEL and links them with the target. For losses.hpp the target
# includes "losses_kernels.hpp", with losses.hpp itself and a function for each kernel. The target links gradus::gradus.
#
# The source is compiled into a program, with the include directories and definitions of the target, and the program
# writes the header, a source of tables and one object for each combination of kernel, CPU, layout and type; the objects
# are joined into one.

function(gradus_add_kernels target)
    cmake_parse_arguments(PARSE_ARGV 1 given "" "" "CPUS;LAYOUTS;LABELS;RANKS")
    foreach(option IN ITEMS CPUS LAYOUTS LABELS RANKS)
        if(option IN_LIST given_KEYWORDS_MISSING_VALUES)
            message(FATAL_ERROR "gradus_add_kernels(${target}): ${option} has no value")
        endif()
        string(TOLOWER ${option} name)
        list(TRANSFORM given_${option} REPLACE ".+" "\"\\0\"")
        list(JOIN given_${option} ", " ${name})
    endforeach()
    if(NOT TARGET ${target})
        message(FATAL_ERROR "gradus_add_kernels(${target}): there is no such target; make it by add_executable or add_library first")
    endif()
    get_target_property(type ${target} TYPE)
    get_target_property(folder ${target} SOURCE_DIR)
    # What links an object library does not get objects that it did not compile.
    if(NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE)_LIBRARY)$" OR NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        message(FATAL_ERROR "gradus_add_kernels(${target}): expected a program or a static, shared or module library that is made in this CMakeLists.txt")
    endif()
    if(CMAKE_CROSSCOMPILING)
        message(FATAL_ERROR "gradus_add_kernels(${target}): the program that compiles kernels cannot run, as this build is for another machine")
    endif()
    if(NOT given_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "gradus_add_kernels(${target}): expected one or more sources that list kernels by GRADUS_KERNEL")
    endif()
    set(out ${CMAKE_CURRENT_BINARY_DIR}/gradus_kernels/${target})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${out}>)
    foreach(source IN LISTS given_UNPARSED_ARGUMENTS)
        cmake_path(ABSOLUTE_PATH source NORMALIZE)
        if(NOT EXISTS ${source} OR IS_DIRECTORY ${source})
            message(FATAL_ERROR "gradus_add_kernels(${target}): there is no file ${source}")
        endif()
        gradus_add_kernels_of_source()
    endforeach()
endfunction()

# One source of the above, with its variables.
function(gradus_add_kernels_of_source)
    cmake_path(GET source STEM stem)
    string(MAKE_C_IDENTIFIER "gradus_${target}_${stem}" prefix)
    set(compiler ${target}_${stem}_kernels)
    if(TARGET ${compiler})
        message(FATAL_ERROR "gradus_add_kernels(${target}): two sources are called ${stem}, but each needs a name of its own")
    endif()
    set(header ${out}/${stem}_kernels.hpp)
    set(tables ${out}/${stem}_kernels.cpp)
    set(objects ${out}/${stem}_objects)
    set(joined ${out}/${stem}_kernels.o)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gradus_kernels_program.cpp.in ${out}/${stem}_program.cpp @ONLY)

    add_executable(${compiler} EXCLUDE_FROM_ALL ${out}/${stem}_program.cpp)
    target_link_libraries(${compiler} PRIVATE gradus::codegen)
    target_include_directories(${compiler} PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
    target_compile_definitions(${compiler} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
    target_compile_features(${compiler} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_FEATURES>)
    set_target_properties(${compiler} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out})

    add_custom_command(OUTPUT ${header} ${tables} ${joined}
        COMMAND ${compiler}
        COMMAND ${CMAKE_COMMAND} -E chdir ${objects} ${CMAKE_CXX_COMPILER} -nostdlib -r -o ${joined} @list
        DEPENDS ${compiler} COMMENT "Compiling the kernels of ${stem} for ${target}" VERBATIM)
    set_source_files_properties(${joined} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
    target_sources(${target} PRIVATE ${header} ${tables} ${joined})
endfunction()
