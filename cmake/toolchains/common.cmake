# The distribution's compiler for ${triple}: the same names whether it is the machine's own or a cross compiler.
string(REGEX REPLACE "-.*" "" processor ${triple})
cmake_host_system_information(RESULT host QUERY OS_PLATFORM)
if(NOT processor STREQUAL host)
  set(CMAKE_SYSTEM_NAME Linux)
  set(CMAKE_SYSTEM_PROCESSOR ${processor})
  set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${processor}-static) # for ctest
endif()

set(CMAKE_CXX_COMPILER ${triple}-g++)
foreach(tool ar ranlib) # gcc's wrappers know LTO bytecode; the plain tools do not
  string(TOUPPER ${tool} TOOL)
  find_program(gcc_${tool} ${triple}-gcc-${tool} REQUIRED)
  set(CMAKE_${TOOL} ${gcc_${tool}})
  set(CMAKE_CXX_COMPILER_${TOOL} ${gcc_${tool}})
endforeach()
foreach(tool strip objcopy)
  string(TOUPPER ${tool} TOOL)
  find_program(CMAKE_${TOOL} ${triple}-${tool} REQUIRED)
endforeach()
