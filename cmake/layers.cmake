# agent_layer(NAME KNOWS target...): the static library agent_NAME from agent/NAME/*.cpp, which may be headers only. A room within a
# room is a layer of its own: agent_layer(platform/fs …) makes agent_platform_fs.
#
# What a layer may know, its link line says, and the compiler enforces it: each layer has an include directory that holds
# its own headers and nothing else, so that "core/engine.hpp" is not found by a layer that does not link agent_core.
function(agent_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "KNOWS;KEEPS")
  string(REPLACE "/" "_" target agent_${name})
  set(includes ${PROJECT_BINARY_DIR}/layers/${target})
  file(REMOVE_RECURSE ${includes}) # a header that is gone must not be found
  file(MAKE_DIRECTORY ${includes}/${name})
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${name}/*.hpp)
  foreach(header ${headers})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${includes}/${header} SYMBOLIC)
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.cpp)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE agent_warnings agent_release ${layer_KEEPS})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${includes})
  target_link_libraries(${target} ${scope} ${layer_KNOWS})
endfunction()
