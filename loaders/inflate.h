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

/// All of a gzip file of one member. `name` is the file's, for messages.
/// @throws Error if it is damaged or truncated, or inflates to more than kMaxFileBytes (read_file.h): no more
/// than that is ever allocated, and no more than deflate can make of the bytes given.
std::vector<uint8_t> inflate_gzip(std::span<const uint8_t> compressed, const std::string& name);

/// The first bytes of what the start of a gzip file inflates to, `count` at most.
/// @throws Error if it is damaged.
std::vector<uint8_t> inflate_gzip_start(std::span<const uint8_t> compressed, std::size_t count,
                                        const std::string& name);

}  // namespace dpac
