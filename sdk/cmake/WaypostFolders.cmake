# Adds every direct sub-folder that has a CMakeLists.txt, in name order: a new plugin or kernel part
# is one new folder, and no list elsewhere has to name it.
function(waypost_add_folders)
    foreach(parent IN LISTS ARGN)
        file(GLOB entries CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${parent}/*/CMakeLists.txt)
        list(SORT entries)
        foreach(entry IN LISTS entries)
            get_filename_component(folder ${entry} DIRECTORY)
            add_subdirectory(${folder})
        endforeach()
    endforeach()
endfunction()

# A part of the kernel: kernel/NAME -> static library waypost::kernel::NAME, included as "NAME/file.hpp".
#   waypost_kernel_part(routing SOURCES router.cpp LIBS waypost::kernel::directory)
function(waypost_kernel_part name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
    add_library(kernel_${name} STATIC ${arg_SOURCES})
    add_library(waypost::kernel::${name} ALIAS kernel_${name})
    target_include_directories(kernel_${name} PUBLIC ${CMAKE_SOURCE_DIR}/kernel)
    target_link_libraries(kernel_${name} PUBLIC waypost::flags waypost::abi fmt::fmt-header-only Threads::Threads ${arg_LIBS})
    waypost_std_pch(kernel_${name})
endfunction()

# Unit tests of one area: tests/unit/NAME -> executable unit_NAME, each test known to CTest.
#   waypost_unit_test(routing SOURCES router_test.cpp LIBS waypost::kernel::routing)
# Seconds for one unit test program; sanitizers need more.
if(WAYPOST_SANITIZE)
    set(WAYPOST_TEST_TIMEOUT 600)
else()
    set(WAYPOST_TEST_TIMEOUT 120)
endif()

function(waypost_unit_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
    add_executable(unit_${name} ${arg_SOURCES})
    target_link_libraries(unit_${name} PRIVATE waypost::flags ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
    waypost_std_pch(unit_${name})
    add_test(NAME unit.${name} COMMAND unit_${name} --gtest_brief=1)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT ${WAYPOST_TEST_TIMEOUT})
endfunction()
