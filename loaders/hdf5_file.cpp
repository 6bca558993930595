#include "loaders/hdf5_file.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/hdf5_attribute.h"
#include "loaders/hdf5_handle.h"

namespace dpac {
namespace {

constexpr std::size_t kImageIncrement = 1 << 20;

/// Locks would fail on read-only and network file systems, and say nothing about files that only we read.
void disable_locking([[maybe_unused]] hid_t access) {
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);
#endif
}

hid_t open_readonly(const std::string& name, hid_t access) {
  const hid_t id = H5Fopen(name.c_str(), H5F_ACC_RDONLY, access);
  if (id < 0) throw Error(fmt::format("{}: cannot be opened as an HDF5 file: {}", name, hdf5_reason()));
  return id;
}

std::string rooted(std::string_view path) {
  return fmt::format("/{}", path);
}

struct Visit {
  enum class What { datasets, groups } what;
  std::string where;  // Begins messages.
  std::vector<std::string> found;
  std::exception_ptr failure;
};

void note_link(hid_t group, const char* name, H5L_type_t link, Visit& visit) {
  if (link != H5L_TYPE_HARD) {
    throw Error(
        fmt::format("{}: '{}' is a link to another place or file instead of data; copy the data there",
                    visit.where, name));
  }
  const ObjectHandle object(H5Oopen(group, name, H5P_DEFAULT));
  if (!object.valid()) {
    throw Error(fmt::format(
        "{}: '{}' cannot be opened: {}; the file is damaged, or in a format newer than HDF5 {}.{}",
        visit.where, name, hdf5_reason(), H5_VERS_MAJOR, H5_VERS_MINOR));
  }
  const H5I_type_t wanted = visit.what == Visit::What::datasets ? H5I_DATASET : H5I_GROUP;
  if (H5Iget_type(object.get()) == wanted) visit.found.emplace_back(name);
}

/// Called back by C code, which no exception may cross.
herr_t on_link(hid_t group, const char* name, const H5L_info_t* info, void* data) {
  auto& visit = *static_cast<Visit*>(data);
  try {
    note_link(group, name, info->type, visit);
    return 0;
  } catch (...) {
    visit.failure = std::current_exception();
    return -1;
  }
}

/// By components: "a/x" before "a.b". HDF5's own sorting crashes on groups that are damaged, hence
/// ITER_NATIVE.
void sort_paths(std::vector<std::string>& paths) {
  const auto rank = [](char c) { return c == '/' ? 0 : int{static_cast<unsigned char>(c)}; };
  std::ranges::sort(paths, [&](const std::string& a, const std::string& b) {
    return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
  });
}

}  // namespace

Hdf5File Hdf5File::open(const std::filesystem::path& path) {
  const Hdf5Session session;
  const PropertiesHandle access(H5Pcreate(H5P_FILE_ACCESS));
  disable_locking(access.get());
  return {path.string(), open_readonly(path.string(), access.get())};
}

Hdf5File Hdf5File::from_image(std::span<const std::byte> image, std::string name) {
  const Hdf5Session session;
  const PropertiesHandle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(access.get(), kImageIncrement, false);
  // HDF5 copies the image; its signature merely lacks the const.
  H5Pset_file_image(access.get(), const_cast<std::byte*>(image.data()), image.size());
  const hid_t id = open_readonly(name, access.get());
  return {std::move(name), id};
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept
    : name_(std::move(other.name_)), id_(std::exchange(other.id_, -1)) {}

Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(id_, other.id_);
  return *this;
}

Hdf5File::~Hdf5File() {
  if (id_ < 0) return;
  const Hdf5Session session;
  H5Fclose(id_);
}

std::vector<std::string> Hdf5File::datasets(std::string_view group) const {
  const Hdf5Session session;
  check_links(group);
  const ObjectHandle root(H5Oopen(id_, rooted(group).c_str(), H5P_DEFAULT));
  Visit visit{Visit::What::datasets, fmt::format("{}: group '/{}'", name_, group), {}, nullptr};
  const herr_t status = H5Lvisit(root.get(), H5_INDEX_NAME, H5_ITER_NATIVE, on_link, &visit);
  if (visit.failure) std::rethrow_exception(visit.failure);
  if (status < 0) throw Error(fmt::format("{} cannot be listed: {}", visit.where, hdf5_reason()));
  sort_paths(visit.found);
  if (!group.empty()) {
    for (std::string& path : visit.found) path = fmt::format("{}/{}", group, path);
  }
  return std::move(visit.found);
}

std::vector<std::string> Hdf5File::groups(std::string_view group) const {
  const Hdf5Session session;
  check_links(group);
  const ObjectHandle root(H5Oopen(id_, rooted(group).c_str(), H5P_DEFAULT));
  Visit visit{Visit::What::groups, fmt::format("{}: group '/{}'", name_, group), {}, nullptr};
  const herr_t status = H5Literate(root.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, on_link, &visit);
  if (visit.failure) std::rethrow_exception(visit.failure);
  if (status < 0) throw Error(fmt::format("{} cannot be listed: {}", visit.where, hdf5_reason()));
  sort_paths(visit.found);
  return std::move(visit.found);
}

/// HDF5 follows links on the way along a path: each step has to be looked at before.
void Hdf5File::check_links(std::string_view path) const {
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    const std::string prefix(path.substr(0, end));
    H5L_info_t info;
    if (H5Lget_info(id_, prefix.c_str(), &info, H5P_DEFAULT) < 0)
      return;  // Absent: for the caller to report.
    if (info.type != H5L_TYPE_HARD) {
      throw Error(fmt::format(
          "{}: '{}' is a link to another place or file instead of data; copy the data there", name_, prefix));
    }
  }
}

bool Hdf5File::has_group(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  const ObjectHandle object(H5Oopen(id_, rooted(path).c_str(), H5P_DEFAULT));
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

bool Hdf5File::has_dataset(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  const ObjectHandle object(H5Oopen(id_, rooted(path).c_str(), H5P_DEFAULT));
  return object.valid() && H5Iget_type(object.get()) == H5I_DATASET;
}

Hdf5Dataset Hdf5File::dataset(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  DatasetHandle dataset(H5Dopen(id_, rooted(path).c_str(), H5P_DEFAULT));
  if (!dataset.valid()) throw Error(fmt::format("{}: there is no dataset '{}' in it", name_, path));
  // Still ours to close if the dataset is refused: one left open would keep the whole file open.
  Hdf5Dataset accepted(name_, std::string(path), dataset.get());
  dataset.release();
  return accepted;
}

bool Hdf5File::has_attribute(std::string_view object, const std::string& name) const {
  const Hdf5Session session;
  check_links(object);
  return H5Aexists_by_name(id_, rooted(object).c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string Hdf5File::string_attribute(std::string_view object, const std::string& name) const {
  std::vector<std::string> strings = strings_attribute(object, name);
  if (strings.size() != 1) {
    throw Error(fmt::format("{}: attribute '{}' of '/{}' holds {} strings, expected one", name_, name, object,
                            strings.size()));
  }
  return std::move(strings.front());
}

std::vector<std::string> Hdf5File::strings_attribute(std::string_view object, const std::string& name) const {
  const Hdf5Session session;
  check_links(object);
  const std::string where = fmt::format("{}: attribute '{}' of '/{}'", name_, name, object);
  const AttributeHandle attribute(
      H5Aopen_by_name(id_, rooted(object).c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid()) throw Error(where + " is missing");
  return read_strings(attribute.get(), where);
}

}  // namespace dpac
