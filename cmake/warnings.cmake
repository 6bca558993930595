# One set of warnings for every target of ours; errors in developer mode only, so that a newer compiler's new
# warning never breaks a user's build. GCC 12's -Wrestrict is wrong about sums of strings (GCC's bug 105329).
function(dpac_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<BOOL:${DPAC_DEVELOPER_MODE}>:-Werror>)
endfunction()
