/// @file
/// Whether this is a build that looks for mistakes of ours. For the loaders' own use, and tests.
#pragma once

namespace dpac {

// DPAC_SANITIZED: tests compiled without sanitizers, of a library compiled with them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(DPAC_SANITIZED)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace dpac
