# Compiler flags of everything in the tree, by one interface target: waypost::flags.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(WAYPOST_TESTS "Build the tests" ON)
option(WAYPOST_FAULTS "Compile the named crash points and the recording file layer in (never for production)" OFF)
set(WAYPOST_SANITIZE "" CACHE STRING "Sanitizers, for instance address,undefined")
option(WAYPOST_FUZZ "Build the fuzz targets with libFuzzer (needs Clang)" OFF)
option(WAYPOST_COVERAGE "Instrument for coverage" OFF)

find_program(WAYPOST_CCACHE ccache)
if(WAYPOST_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${WAYPOST_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${WAYPOST_CCACHE})
endif()

add_library(waypost_flags INTERFACE)
add_library(waypost::flags ALIAS waypost_flags)
target_compile_options(waypost_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual>
    -fvisibility=hidden -fno-omit-frame-pointer)
target_compile_definitions(waypost_flags INTERFACE
    $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>
    $<$<BOOL:${WAYPOST_FAULTS}>:WAYPOST_FAULTS=1>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports false positives from inlined std::string and coroutine frames.
    target_compile_options(waypost_flags INTERFACE -Wno-restrict $<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)
    add_compile_options(-fpch-preprocess)
endif()
if(WAYPOST_SANITIZE)
    add_compile_options(-fsanitize=${WAYPOST_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${WAYPOST_SANITIZE})
endif()
if(WAYPOST_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(WAYPOST_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

# The standard headers most files need, compiled once per target.
function(waypost_std_pch target)
    get_target_property(sources ${target} SOURCES)
    if(NOT sources MATCHES "\\.cpp")
        return()
    endif()
    target_precompile_headers(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:<algorithm>> $<$<COMPILE_LANGUAGE:CXX>:<atomic>> $<$<COMPILE_LANGUAGE:CXX>:<chrono>>
        $<$<COMPILE_LANGUAGE:CXX>:<functional>> $<$<COMPILE_LANGUAGE:CXX>:<map>> $<$<COMPILE_LANGUAGE:CXX>:<memory>>
        $<$<COMPILE_LANGUAGE:CXX>:<mutex>> $<$<COMPILE_LANGUAGE:CXX>:<optional>> $<$<COMPILE_LANGUAGE:CXX>:<string>>
        $<$<COMPILE_LANGUAGE:CXX>:<string_view>> $<$<COMPILE_LANGUAGE:CXX>:<unordered_map>> $<$<COMPILE_LANGUAGE:CXX>:<vector>>)
endfunction()
