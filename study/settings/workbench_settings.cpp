#include "study/settings/workbench_settings.h"

namespace dpac {

void WorkbenchSettings::check() const {
  analog.check();
  learning.check();
}

}  // namespace dpac
