#include "study/settings/workbench_settings.h"

#include "study/settings/setting_error.h"

namespace dpac {

void WorkbenchSettings::check() const {
  analog.check();
  learning.check();
}

void WorkbenchSettings::check_state(const std::string& state) const {
  if (state.empty() || (data.arrays == nullptr && learning.train_arrays == nullptr)) return;
  throw SettingError(
      "--state was given, but images in memory cannot be told from others when it is resumed: give files of "
      "images");
}

}  // namespace dpac
