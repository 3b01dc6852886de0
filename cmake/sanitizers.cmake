# For all targets: a sanitizer that some objects are built without misses what happens in them.
if(AGENT_SANITIZE)
  set(level -O1) # a stack that can be read, at a bearable speed
  if(AGENT_SANITIZE STREQUAL "fuzzer-no-link")
    set(level -O2) # nothing is checked but assertions: it is for numbers
  endif()
  add_compile_options(
    -fsanitize=${AGENT_SANITIZE}
    -fno-sanitize-recover=all   # the first finding ends the run, so that a test fails
    -fno-omit-frame-pointer ${level}
    -g1                         # lines and functions for a report, in half the time of all there is to know
    -D_GLIBCXX_ASSERTIONS)      # bounds of containers
  add_link_options(-fsanitize=${AGENT_SANITIZE})
endif()
