# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the project's own targets have in common. Nothing here touches global flags.

# Warnings for a target's own sources.
function(gradus_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion)
    if(GRADUS_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()

# A library from the folder that calls: public headers in gradus/, everything beside them private. Its sources are those
# that follow the name, or all of the folder.
function(gradus_library name)
    file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/gradus/*.hpp)
    set(sources ${ARGN})
    if(NOT sources)
        file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    endif()
    set(target gradus_${name})
    set(scope PUBLIC)
    if(sources)
        add_library(${target} ${sources})
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
        target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
        gradus_warnings(${target})
    else()
        set(scope INTERFACE)
        add_library(${target} INTERFACE)
    endif()
    add_library(gradus::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_compile_features(${target} ${scope} cxx_std_20)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${headers})
    install(TARGETS ${target} EXPORT gradus_${name} FILE_SET HEADERS)
endfunction()
