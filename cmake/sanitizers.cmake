# For all targets: a sanitizer that some objects are built without misses what happens in them.
if(AGENT_SANITIZE)
  add_compile_options(
    -fsanitize=${AGENT_SANITIZE}
    -fno-sanitize-recover=all   # the first finding ends the run, so that a test fails
    -fno-omit-frame-pointer -O1 # a stack that can be read, at a bearable speed
    -D_GLIBCXX_ASSERTIONS)      # bounds of containers
  add_link_options(-fsanitize=${AGENT_SANITIZE})
endif()
