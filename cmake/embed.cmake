# agent_embedded: what is part of the binary and not written in C++, in two generated headers: "embedded.hpp" has the
# default profile, the units and the text of user-data, "version.hpp" what --version says.
set(generated ${PROJECT_BINARY_DIR}/generated)
set(scripts ${CMAKE_CURRENT_LIST_DIR})

file(GLOB embedded_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/units/*)
list(APPEND embedded_files profiles/default.yaml profiles/openclaw/package-lock.json)
foreach(part begin fetch) # the operator's tool ships them, too
  list(APPEND embedded_files scripts/operator/openclaw_server/userdata/user-data-${part}.sh)
endforeach()
list(TRANSFORM embedded_files PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE embedded_paths)
add_custom_command(
  OUTPUT ${generated}/embedded.hpp
  COMMAND ${CMAKE_COMMAND} "-DFILES=${embedded_files}" -DOUTPUT=${generated}/embedded.hpp -P ${scripts}/embed-files.cmake
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  DEPENDS ${embedded_paths} ${scripts}/embed-files.cmake
  COMMENT "Embedding ${embedded_files}"
  VERBATIM)

# A mistyped key would be a release that can never be replaced.
if(NOT AGENT_SIGNING_KEY STREQUAL "")
  string(LENGTH "${AGENT_SIGNING_KEY}" length)
  if(NOT length EQUAL 56 OR NOT AGENT_SIGNING_KEY MATCHES "^RW[Q-T][A-Za-z0-9+/]+$")
    message(FATAL_ERROR "AGENT_SIGNING_KEY is '${AGENT_SIGNING_KEY}': no minisign public key, "
      "which is the second line of the .pub file, 56 characters that begin with RW")
  endif()
endif()

# Looked at in every build, since a commit changes no source; written only when it differs.
add_custom_target(agent_generated
  COMMAND ${CMAKE_COMMAND} -DNUMBER=${PROJECT_VERSION} -DARCHITECTURE=${CMAKE_SYSTEM_PROCESSOR} -DSIGNING_KEY=${AGENT_SIGNING_KEY}
    -DOUTPUT=${generated}/version.hpp -P ${scripts}/write-version.cmake
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  DEPENDS ${generated}/embedded.hpp
  BYPRODUCTS ${generated}/version.hpp
  COMMENT "Looking at the commit"
  VERBATIM)

add_library(agent_embedded INTERFACE)
add_dependencies(agent_embedded agent_generated)
target_include_directories(agent_embedded INTERFACE ${generated})
