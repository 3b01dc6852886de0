# cmake -DFILES=a;b -DOUTPUT=embedded.hpp -P, in the source directory: writes the files' contents as constants. Each is named
# by its file: units/tailscaled.service becomes agent::embedded::tailscaled_service, so a misspelt one does not compile.
cmake_minimum_required(VERSION 3.25)
set(fence "embedded") # ends the raw string; a file that holds it is refused, not cut short
set(constants "")
foreach(path IN LISTS FILES)
  file(READ ${path} content)
  if(path MATCHES "[.]json$") # without its indentation, which is a quarter of it; a JSON string has no newline
    string(REGEX REPLACE "\n *" "" content "${content}")
  endif()
  string(FIND "${content}" ")${fence}\"" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "${path} holds )${fence}\", which ends its own string: choose another fence in embed-files.cmake")
  endif()
  get_filename_component(name ${path} NAME)
  string(MAKE_C_IDENTIFIER ${name} name)
  string(APPEND constants "\n/// ${path}\ninline constexpr std::string_view ${name} = R\"${fence}(${content})${fence}\";\n")
endforeach()

file(WRITE ${OUTPUT} "#pragma once

#include <string_view>

namespace agent::embedded {
${constants}
} // namespace agent::embedded
")
