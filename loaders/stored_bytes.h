/// @file
/// How much memory a file may ask for, in proportion to what is stored of it.
#pragma once

#include <cstdint>
#include <filesystem>

namespace dpac {

/// Bytes of a file that were ever written: its size without the holes of a sparse file, which read as zeros
/// and cost nothing to claim. The plain size where the file system does not tell. 0 for a file that cannot be
/// opened.
int64_t stored_bytes(const std::filesystem::path& path);

/// The most bytes that the contents of a file may come to in memory: 512 MiB and eight times what is stored.
/// float32 of float16 is twice as large, pictures and sparse arrays are packed up to five times smaller;
/// what claims more is damaged, or meant to take all memory.
int64_t most_unpacked_bytes(int64_t stored);

}  // namespace dpac
