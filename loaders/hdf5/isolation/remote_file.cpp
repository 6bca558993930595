#include "loaders/hdf5/isolation/remote_file.h"

#include <utility>

namespace dpac {
namespace {

class RemoteArray final : public Hdf5Array {
 public:
  RemoteArray(std::shared_ptr<ReaderProcess> process, uint64_t number, ArrayInfo info)
      : Hdf5Array(std::move(info)), process_(std::move(process)), number_(number) {}

  ~RemoteArray() override { process_->tell(request(Request::close)); }

  void read(Numbers numbers, int64_t begin, int64_t end, std::byte* to) const override {
    Packer read = request(Request::read);
    read.put(static_cast<uint64_t>(numbers));
    read.put(static_cast<uint64_t>(begin));
    read.put(static_cast<uint64_t>(end));
    const auto count = static_cast<std::size_t>((end - begin) * info().row_elements());
    process_->fetch(read, to, count * size_of(numbers));
  }

 private:
  [[nodiscard]] Packer request(Request kind) const {
    Packer request;
    request.put(static_cast<uint64_t>(kind));
    request.put(number_);
    return request;
  }

  std::shared_ptr<ReaderProcess> process_;  // Stays alive without its file.
  uint64_t number_;
};

}  // namespace

template <class... Texts>
Unpacker RemoteHdf5File::ask(Request kind, const Texts&... texts) const {
  Packer request;
  request.put(static_cast<uint64_t>(kind));
  (request.put(std::string_view(texts)), ...);
  return process_->ask(request);
}

std::unique_ptr<RemoteHdf5File> RemoteHdf5File::open(const std::filesystem::path& path,
                                                     const std::string& name) {
  std::unique_ptr<RemoteHdf5File> file(new RemoteHdf5File(name));
  // The reader may be in another folder: that of this program when it began.
  file->ask(Request::open, std::filesystem::absolute(path).string(), name);
  return file;
}

std::unique_ptr<RemoteHdf5File> RemoteHdf5File::from_image(std::span<const std::byte> image,
                                                           const std::string& name) {
  std::unique_ptr<RemoteHdf5File> file(new RemoteHdf5File(name));
  file->ask(Request::open_image, std::string_view(reinterpret_cast<const char*>(image.data()), image.size()),
            name);
  return file;
}

std::vector<std::string> RemoteHdf5File::datasets(std::string_view group) const {
  return ask(Request::datasets, group).texts();
}

std::vector<std::string> RemoteHdf5File::groups(std::string_view group) const {
  return ask(Request::groups, group).texts();
}

bool RemoteHdf5File::has_group(std::string_view path) const {
  return ask(Request::has_group, path).number() != 0;
}

bool RemoteHdf5File::has_dataset(std::string_view path) const {
  return ask(Request::has_dataset, path).number() != 0;
}

std::unique_ptr<Hdf5Array> RemoteHdf5File::dataset(std::string_view path) const {
  constexpr auto kKinds = static_cast<uint64_t>(ElementKind::other) + 1;
  Unpacker reply = ask(Request::dataset, path);
  const uint64_t number = reply.number();
  ArrayInfo info;
  info.shape = reply.integers();
  info.kind = static_cast<ElementKind>(reply.number_below(kKinds));
  info.element_bytes = reply.number();
  info.stored_bytes = static_cast<int64_t>(reply.number());
  info.is_signed = reply.number() != 0;
  info.filtered = reply.number() != 0;
  return std::make_unique<RemoteArray>(process_, number, std::move(info));
}

bool RemoteHdf5File::has_attribute(std::string_view object, const std::string& name) const {
  return ask(Request::has_attribute, object, name).number() != 0;
}

std::vector<std::string> RemoteHdf5File::strings_attribute(std::string_view object,
                                                           const std::string& name) const {
  return ask(Request::strings, object, name).texts();
}

std::vector<double> RemoteHdf5File::numbers_attribute(std::string_view object,
                                                      const std::string& name) const {
  return ask(Request::numbers, object, name).reals();
}

}  // namespace dpac
