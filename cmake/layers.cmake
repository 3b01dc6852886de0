# agent_layer(NAME KNOWS target...): the static library agent_NAME from agent/NAME/*.cpp, which may be headers only.
#
# What a layer may know, its link line says, and the compiler enforces it: each layer has an include directory that holds
# nothing but itself, so that "core/engine.hpp" is not found by a layer that does not link agent_core.
function(agent_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "KNOWS;KEEPS")
  set(includes ${PROJECT_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${includes})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${includes}/${name} SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.cpp)
  if(sources)
    add_library(agent_${name} STATIC ${sources})
    target_link_libraries(agent_${name} PRIVATE agent_warnings agent_release ${layer_KEEPS})
    set(scope PUBLIC)
  else()
    add_library(agent_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(agent_${name} ${scope} ${includes})
  target_link_libraries(agent_${name} ${scope} ${layer_KNOWS})
endfunction()
