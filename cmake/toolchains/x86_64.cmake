set(triple x86_64-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
