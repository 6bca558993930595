/// @file
/// gzip files into memory, bounded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dpac {

/// Whether a file's first bytes are those of gzip.
bool is_gzip_start(std::span<const uint8_t> start);

/// All of a gzip file of one member, which is known to inflate to `size` bytes. `name` is the file's, for
/// messages.
/// @throws Error if it is damaged or truncated, inflates to more or less, or if so much is no proportion to
/// the file (most_unpacked_bytes()): before memory is asked for.
std::vector<uint8_t> inflate_gzip(std::span<const uint8_t> compressed, int64_t size, const std::string& name);

/// The first bytes of what the start of a gzip file inflates to, `count` at most.
/// @throws Error if it is damaged.
std::vector<uint8_t> inflate_gzip_start(std::span<const uint8_t> compressed, std::size_t count,
                                        const std::string& name);

}  // namespace dpac
