# The package others find: find_package(dpac) -> dpac::dpac, or pkg-config dpac. The library is shared, so what it
# is made of does not concern them.
include(CMakePackageConfigHelpers)

install(TARGETS dpac EXPORT dpacTargets)
install(EXPORT dpacTargets NAMESPACE dpac:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

# <dpac/engine/network.h> and its like. What includes third-party headers is not for users.
install(DIRECTORY kernels engine loaders learn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dpac
  FILES_MATCHING PATTERN "*.h" PATTERN "*-inl.h" EXCLUDE PATTERN "simd.h" EXCLUDE PATTERN "hdf5_handle.h" EXCLUDE
  PATTERN "onednn_impl.h" EXCLUDE PATTERN "memory_tiff.h" EXCLUDE)

configure_package_config_file(cmake/dpacConfig.cmake.in dpacConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)
write_basic_package_version_file(dpacConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dpacConfig.cmake ${PROJECT_BINARY_DIR}/dpacConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

configure_file(cmake/dpac.pc.in dpac.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dpac.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
