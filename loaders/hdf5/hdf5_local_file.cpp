#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_attribute.h"
#include "loaders/hdf5/hdf5_local.h"

namespace dpac {
namespace {

constexpr std::size_t kImageIncrement = 1 << 20;

/// Locks would fail on read-only and network file systems, and say nothing about files that only we read.
void disable_locking([[maybe_unused]] hid_t access) {
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);
#endif
}

FileHandle open_readonly(const std::string& path, const std::string& name, hid_t access) {
  FileHandle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (!file.valid()) {
    throw Error(fmt::format("{}: cannot be opened as an HDF5 file: {}", name, hdf5_reason()));
  }
  return file;
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

LocalHdf5File::LocalHdf5File(const std::filesystem::path& path, std::string name) : name_(std::move(name)) {
  const Hdf5Session session;
  const PropertiesHandle access(H5Pcreate(H5P_FILE_ACCESS));
  disable_locking(access.get());
  file_ = open_readonly(path.string(), name_, access.get());
}

LocalHdf5File::LocalHdf5File(std::span<const std::byte> image, std::string name) : name_(std::move(name)) {
  const Hdf5Session session;
  const PropertiesHandle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(access.get(), kImageIncrement, false);
  // HDF5 copies the image; its signature merely lacks the const.
  H5Pset_file_image(access.get(), const_cast<std::byte*>(image.data()), image.size());
  file_ = open_readonly(name_, name_, access.get());
}

LocalHdf5File::~LocalHdf5File() {
  const Hdf5Session session;
  file_ = {};
}

std::vector<std::string> LocalHdf5File::datasets(std::string_view group) const {
  const Hdf5Session session;
  check_links(group);
  const ObjectHandle root(H5Oopen(file_.get(), rooted(group).c_str(), H5P_DEFAULT));
  Visit visit{Visit::What::datasets, fmt::format("{}: group '/{}'", name_, group), {}, nullptr};
  const herr_t status = H5Lvisit(root.get(), H5_INDEX_NAME, H5_ITER_NATIVE, on_link, &visit);
  if (visit.failure) std::rethrow_exception(visit.failure);
  if (status < 0)
    throw Error(fmt::format("{} cannot be listed: {}; the file is damaged", visit.where, hdf5_reason()));
  sort_paths(visit.found);
  if (!group.empty()) {
    for (std::string& path : visit.found) path = fmt::format("{}/{}", group, path);
  }
  return std::move(visit.found);
}

std::vector<std::string> LocalHdf5File::groups(std::string_view group) const {
  const Hdf5Session session;
  check_links(group);
  const ObjectHandle root(H5Oopen(file_.get(), rooted(group).c_str(), H5P_DEFAULT));
  Visit visit{Visit::What::groups, fmt::format("{}: group '/{}'", name_, group), {}, nullptr};
  const herr_t status = H5Literate(root.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, on_link, &visit);
  if (visit.failure) std::rethrow_exception(visit.failure);
  if (status < 0)
    throw Error(fmt::format("{} cannot be listed: {}; the file is damaged", visit.where, hdf5_reason()));
  sort_paths(visit.found);
  return std::move(visit.found);
}

/// HDF5 follows links on the way along a path: each step has to be looked at before. Absent ones are for the
/// caller to report; those that damage hides are not absent.
void LocalHdf5File::check_links(std::string_view path) const {
  for (std::size_t end = 0; end < path.size();) {
    const std::string parent(path.substr(0, end));
    end = std::min(path.find('/', end + 1), path.size());
    const std::string prefix(path.substr(0, end));
    const htri_t exists = H5Lexists(file_.get(), prefix.c_str(), H5P_DEFAULT);
    if (exists < 0 && has_links(parent)) fail_to_find(prefix);
    if (exists <= 0) return;
    H5L_info_t info;
    if (H5Lget_info(file_.get(), prefix.c_str(), &info, H5P_DEFAULT) < 0) fail_to_find(prefix);
    if (info.type != H5L_TYPE_HARD) {
      throw Error(fmt::format(
          "{}: '{}' is a link to another place or file instead of data; copy the data there", name_, prefix));
    }
  }
}

bool LocalHdf5File::has_links(const std::string& path) const {
  const ObjectHandle object(H5Oopen(file_.get(), rooted(path).c_str(), H5P_DEFAULT));
  return !object.valid() || H5Iget_type(object.get()) == H5I_GROUP;
}

void LocalHdf5File::fail_to_find(const std::string& what) const {
  throw Error(
      fmt::format("{}: '{}' cannot be looked for: {}; the file is damaged", name_, what, hdf5_reason()));
}

bool LocalHdf5File::has_group(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  const ObjectHandle object(H5Oopen(file_.get(), rooted(path).c_str(), H5P_DEFAULT));
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

bool LocalHdf5File::has_dataset(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  const ObjectHandle object(H5Oopen(file_.get(), rooted(path).c_str(), H5P_DEFAULT));
  return object.valid() && H5Iget_type(object.get()) == H5I_DATASET;
}

std::unique_ptr<Hdf5Array> LocalHdf5File::dataset(std::string_view path) const {
  const Hdf5Session session;
  check_links(path);
  // Chunks without filters are read past the cache, which takes their size from the file.
  const PropertiesHandle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access.get(), 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
  DatasetHandle dataset(H5Dopen(file_.get(), rooted(path).c_str(), access.get()));
  if (!dataset.valid()) throw Error(fmt::format("{}: there is no dataset '{}' in it", name_, path));
  return std::make_unique<LocalHdf5Array>(std::move(dataset), fmt::format("{}: dataset '{}'", name_, path));
}

bool LocalHdf5File::has_attribute(std::string_view object, const std::string& name) const {
  const Hdf5Session session;
  check_links(object);
  const ObjectHandle owner(H5Oopen(file_.get(), rooted(object).c_str(), H5P_DEFAULT));
  if (!owner.valid()) return false;
  const htri_t exists = H5Aexists(owner.get(), name.c_str());
  if (exists < 0) fail_to_find(fmt::format("{}' of '/{}", name, object));
  return exists > 0;
}

template <class Read>
auto LocalHdf5File::read_attribute(std::string_view object, const std::string& name, const Read& read) const {
  const Hdf5Session session;
  check_links(object);
  const std::string where = fmt::format("{}: attribute '{}' of '/{}'", name_, name, object);
  const AttributeHandle attribute(
      H5Aopen_by_name(file_.get(), rooted(object).c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid()) throw Error(where + " is missing");
  return read(attribute.get(), where);
}

std::vector<std::string> LocalHdf5File::strings_attribute(std::string_view object,
                                                          const std::string& name) const {
  return read_attribute(object, name, read_strings);
}

std::vector<double> LocalHdf5File::numbers_attribute(std::string_view object, const std::string& name) const {
  return read_attribute(object, name, read_numbers);
}

}  // namespace dpac
