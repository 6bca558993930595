#pragma once
#include "kernels/error.h"
