#include "study/energies/energies_output.h"

#include <string>

#include <fmt/format.h>

#include "loaders/hdf5/hdf5_writer.h"
#include "study/support/atomic_file.h"

namespace dpac {

void write_energies_hdf5(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                         const Energies& energies) {
  Hdf5Writer writer(file);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].macs == 0) continue;
    const auto count = static_cast<int64_t>(energies[l].size());
    writer.write_floats("energies/" + layers[l].name, count == 1 ? Shape{} : Shape{count}, energies[l]);
  }
  writer.commit();
}

void write_energies_csv(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                        const Energies& energies) {
  AtomicFile csv(file);
  csv.write("layer,channel,energy\n");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].macs == 0) continue;
    const bool whole = energies[l].size() == 1;
    for (std::size_t c = 0; c < energies[l].size(); ++c) {
      csv.write(fmt::format("{},{},{}\n", layers[l].name, whole ? "" : std::to_string(c), energies[l][c]));
    }
  }
  csv.commit();
}

}  // namespace dpac
