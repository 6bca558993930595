#include "loaders/zip_archive.h"

#include <algorithm>
#include <zip.h>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/stored_bytes.h"

namespace dpac {
namespace {

/// Deflate makes at most 1032 bytes of one.
constexpr uint64_t kMostInflation = 1032;

struct CloseMember {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

zip_t* open_archive(const std::filesystem::path& path) {
  int code = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive != nullptr) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw Error(fmt::format("{}: cannot be opened as a zip archive ({}); it is truncated or damaged",
                          path.string(), reason));
}

}  // namespace

void ZipArchive::Discard::operator()(zip* archive) const {
  zip_discard(archive);
}

ZipArchive::ZipArchive(const std::filesystem::path& path)
    : path_(path.string()), archive_(open_archive(path)) {}

void ZipArchive::fail(const std::string& member, const std::string& why) const {
  throw Error(fmt::format("{}: the member '{}' of the archive {}", path_, member, why));
}

std::optional<std::string> ZipArchive::find(std::string_view name) const {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* const text = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (text == nullptr) continue;
    const std::string_view member = text;
    const bool inside = member.size() > name.size() && member[member.size() - name.size() - 1] == '/';
    if (member.ends_with(name) && (inside || member.size() == name.size())) return std::string(member);
  }
  return std::nullopt;
}

bool ZipArchive::contains(const std::string& member) const {
  return zip_name_locate(archive_.get(), member.c_str(), ZIP_FL_ENC_RAW) >= 0;
}

uint64_t ZipArchive::index_of(const std::string& member) const {
  const zip_int64_t index = zip_name_locate(archive_.get(), member.c_str(), ZIP_FL_ENC_RAW);
  if (index < 0) fail(member, "is missing; the file is truncated or damaged");
  return static_cast<uint64_t>(index);
}

int64_t ZipArchive::size(const std::string& member) const {
  zip_stat_t stat;
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  const bool known =
      zip_stat_index(archive_.get(), index_of(member), 0, &stat) == 0 && (stat.valid & kNeeded) == kNeeded;
  if (!known) fail(member, "has no size; the file is damaged");
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    fail(member, "is encrypted");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    fail(member, "is neither stored nor deflated; pack it again with one of these");
  }
  std::error_code error;
  const uint64_t file = std::filesystem::file_size(path_, error);
  const uint64_t inflation = stat.comp_method == ZIP_CM_STORE ? 1 : kMostInflation;
  if (error || stat.comp_size > file || stat.size > stat.comp_size * inflation ||
      stat.size >
          static_cast<uint64_t>(std::min(kMaxTensorBytes, most_unpacked_bytes(static_cast<int64_t>(file))))) {
    fail(member, fmt::format("claims {} bytes, of which {} are said to be stored; it is damaged or hostile",
                             stat.size, stat.comp_size));
  }
  return static_cast<int64_t>(stat.size);
}

std::vector<char> ZipArchive::read(const std::string& member) const {
  std::vector<char> bytes(static_cast<std::size_t>(size(member)));
  read(member, bytes);
  return bytes;
}

void ZipArchive::read(const std::string& member, std::span<char> bytes) const {
  const std::unique_ptr<zip_file_t, CloseMember> file(zip_fopen_index(archive_.get(), index_of(member), 0));
  if (file == nullptr) fail(member, fmt::format("cannot be opened ({})", zip_strerror(archive_.get())));
  std::size_t filled = 0;
  zip_int64_t got = 1;
  while (got > 0) {
    // One byte more at the end: only then is the checksum compared.
    char beyond = 0;
    const bool full = filled == bytes.size();
    got = zip_fread(file.get(), full ? &beyond : bytes.data() + filled, full ? 1 : bytes.size() - filled);
    if (got > 0 && full) fail(member, "has more bytes than it says");
    filled += static_cast<std::size_t>(std::max<zip_int64_t>(got, 0));
  }
  if (got < 0) fail(member, fmt::format("cannot be read ({}); it is damaged", zip_file_strerror(file.get())));
  if (filled != bytes.size()) fail(member, "has fewer bytes than it says");
}

}  // namespace dpac
