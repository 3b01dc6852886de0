# agent_release: linked by every target of ours; empty unless AGENT_STATIC. agent_release_binary(TARGET) strips what is shipped.
add_library(agent_release INTERFACE)
if(AGENT_STATIC)
  # No path of the machine it was built on: the paths in its symbols would change the build id. Objects that were compiled
  # by a relative name, as some libraries are, have one relative to the directory of the link.
  cmake_path(GET AGENT_DEPS PARENT_PATH cache)
  file(RELATIVE_PATH relative_cache ${PROJECT_BINARY_DIR} ${cache})
  set(no_paths
    -ffile-prefix-map=${PROJECT_BINARY_DIR}=/build
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=/source
    -ffile-prefix-map=${AGENT_DEPS}=/deps
    -ffile-prefix-map=${relative_cache}/.building-${CMAKE_SYSTEM_PROCESSOR}=/deps)
  if(AGENT_LTO)
    # A tenth smaller; the libraries in AGENT_DEPS hold bytecode, too. Only here two classes of one name are seen: each file alone is
    # right, and what the linker keeps of the two is wrong in one.
    set(lto -flto=auto -Werror=odr)
    set(symbols -g)                     # they go into a separate file
  else()
    set(lto -fno-lto)
    set(symbols -g0)
  endif()
  target_compile_options(agent_release INTERFACE
    -fPIE                               # static-pie: no fixed address to aim at
    ${lto} ${symbols}
    -ffunction-sections -fdata-sections # so that the linker can drop what is not used
    -fvisibility=hidden -fvisibility-inlines-hidden
    -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 # it runs as root, and parses what the network sends
    ${no_paths})
  target_link_options(agent_release INTERFACE
    -static-pie
    -Os ${lto} ${no_paths}              # with LTO it is the link that generates code
    LINKER:--gc-sections,-O1
    LINKER:-z,relro,-z,now              # full RELRO: relocations are done at start and then read-only
    LINKER:-z,noexecstack
    LINKER:--build-id=sha1)             # joins the binary and its symbols

  include(CheckLinkerFlag)
  # Relative relocations packed into bitmaps instead of 24 bytes each. glibc applies them since 2.36. A linker that
  # cannot write them for its target only warns, and --fatal-warnings holds for what follows it.
  check_linker_flag(CXX LINKER:--fatal-warnings,-z,pack-relative-relocs AGENT_PACKS_RELOCATIONS)
  if(AGENT_PACKS_RELOCATIONS)
    target_link_options(agent_release INTERFACE LINKER:-z,pack-relative-relocs)
  endif()
endif()

# TARGET becomes the stripped binary; TARGET.debug beside it holds its symbols.
function(agent_release_binary target)
  if(AGENT_STATIC)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.debug
      COMMAND ${CMAKE_STRIP} --strip-all --remove-section=.comment $<TARGET_FILE:${target}>
      COMMAND ${CMAKE_OBJCOPY} --add-gnu-debuglink=$<TARGET_FILE:${target}>.debug $<TARGET_FILE:${target}>
      VERBATIM)
  endif()
endfunction()
