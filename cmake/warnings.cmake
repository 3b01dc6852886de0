# agent_warnings: linked by every target of ours. Errors in the presets for development (CMAKE_COMPILE_WARNING_AS_ERROR),
# not in a release: what a newer compiler says first must not stop a first boot.
add_library(agent_warnings INTERFACE)
target_compile_options(agent_warnings INTERFACE
  -Wall -Wextra -Wpedantic    # the compiler's own choice, and nothing but ISO C++
  -Wconversion                # a value that silently changes: sizes, offsets, exit codes
  -Wshadow                    # the inner name hides the one that was meant
  -Wold-style-cast            # says too little about what it does
  -Wcast-qual                 # casts const away
  -Wcast-align                # traps on some machines
  -Wnon-virtual-dtor          # the interfaces in ports/ are deleted through their base
  -Woverloaded-virtual        # an override that overrides nothing
  -Wsuggest-override          # says what was meant, and so catches the former
  -Wextra-semi
  -Wformat=2                  # a format that is not a literal is a hole
  -Wimplicit-fallthrough=5    # by attribute only, not by a comment
  -Wundef                     # a misspelt macro is 0
  -Wvla)                      # the stack's size is not the input's to choose
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # what clang does not know
  target_compile_options(agent_warnings INTERFACE
    -Wduplicated-cond         # else if with the same condition: copied and not changed
    -Wduplicated-branches     # both ways the same: one is wrong
    -Wlogical-op)             # && where & was meant
endif()
