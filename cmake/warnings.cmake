# One set of warnings for every target of ours; errors in developer mode only, so that a newer compiler's new
# warning never breaks a user's build.
function(dpac_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${DPAC_DEVELOPER_MODE}>:-Werror>)
endfunction()
