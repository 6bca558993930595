# Parses once for a whole target what nearly every source file includes: the standard library and fmt, the larger part
# of the front end's time. Sources include what they use all the same; -DDPAC_PRECOMPILED_HEADERS=OFF shows that they do.
option(DPAC_PRECOMPILED_HEADERS "Parse the headers that all sources share once" ON)

function(dpac_precompile target)
  if(NOT DPAC_PRECOMPILED_HEADERS)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <filesystem> <fstream> <functional>
    <limits> <map> <memory> <numeric> <optional> <set> <span> <string> <string_view> <system_error> <utility> <vector>
    <fmt/format.h> <fmt/ranges.h>)
  # GCC takes what it inlines out of a precompiled header for code of ours, and its known false alarms about the
  # standard library's strings and optionals, silent in a system's header, are then told. ccache wants -fpch-preprocess.
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess -Wno-array-bounds -Wno-stringop-overread
      -Wno-stringop-overflow -Wno-maybe-uninitialized>
    # ccache may have the header from before a system's header was installed again.
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Xclang -fno-pch-timestamp>)
endfunction()
