# waypost_add_plugin(NAME SOURCES a.cpp b.cpp [NET] [STATIC_RUNTIME] [LIBS target...])
#
# A plugin is one shared object with exactly one exported symbol, waypost_plugin_v1. Everything else is
# hidden by a version script: Boost.Asio would otherwise share process-wide state between plugins
# (docs/sdk/abi-policy.md).
#   NET             compiles and links sdk/net (Asio, TLS, line protocols) into the plugin
#   STATIC_RUNTIME  links libstdc++ and libgcc statically
set(WAYPOST_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(waypost_add_plugin name)
    cmake_parse_arguments(arg "NET;STATIC_RUNTIME" "" "SOURCES;LIBS" ${ARGN})
    add_library(plugin_${name} MODULE ${arg_SOURCES})
    set_target_properties(plugin_${name} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name}
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    target_link_libraries(plugin_${name} PRIVATE waypost::sdk ${arg_LIBS})
    if(TARGET waypost::flags)
        target_link_libraries(plugin_${name} PRIVATE waypost::flags)
        waypost_std_pch(plugin_${name})
    endif()
    if(arg_NET)
        target_link_libraries(plugin_${name} PRIVATE waypost::net)
    endif()
    if(arg_STATIC_RUNTIME)
        target_link_options(plugin_${name} PRIVATE -static-libstdc++ -static-libgcc)
    endif()
    target_link_options(plugin_${name} PRIVATE
        -Wl,--version-script=${WAYPOST_PLUGIN_CMAKE_DIR}/plugin.map)
    if(NOT WAYPOST_SANITIZE)
        target_link_options(plugin_${name} PRIVATE -Wl,-z,defs)
    endif()
    install(TARGETS plugin_${name} LIBRARY DESTINATION lib/waypost/plugins)
endfunction()
