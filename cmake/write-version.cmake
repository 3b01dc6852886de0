# cmake -DNUMBER=1.2.3 -DARCHITECTURE=x86_64 -DSIGNING_KEY=RW… -DOUTPUT=version.hpp -P, in the source directory.
cmake_minimum_required(VERSION 3.25) # policies for a script
# safe.directory: root may build in a clone that belongs to someone else. core.fsmonitor: and runs nothing of theirs then.
execute_process(
  COMMAND git -c safe.directory=* -c core.fsmonitor=false describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT "\
#pragma once

#include <string_view>

namespace agent::version {

inline constexpr std::string_view number = \"@NUMBER@\";
inline constexpr std::string_view commit = \"@commit@\"; // with \"-dirty\" when the source differed; \"unknown\" outside git
inline constexpr std::string_view architecture = \"@ARCHITECTURE@\";
inline constexpr std::string_view signing_key = \"@SIGNING_KEY@\"; // minisign's, in base64; empty: --install needs --signing-key

} // namespace agent::version
")
