# The package others find: find_package(dpac) -> dpac::dpac, or pkg-config dpac, with <dpac/dpac.h> and the headers it is
# made of (cmake/public_headers.cmake). The library is shared, so what that is made of does not concern them.
include(CMakePackageConfigHelpers)

install(TARGETS dpac EXPORT dpacTargets)
install(EXPORT dpacTargets NAMESPACE dpac:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

install(FILES ${dpac_public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dpac COMPONENT headers)

install(FILES README.md CHANGELOG.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples FILES_MATCHING PATTERN "*.cpp" PATTERN "CMakeLists.txt")

configure_package_config_file(cmake/dpacConfig.cmake.in dpacConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)
write_basic_package_version_file(dpacConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dpacConfig.cmake ${PROJECT_BINARY_DIR}/dpacConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

# Relative to where dpac.pc lies, so that `cmake --install --prefix` may name another prefix than was configured.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(DPAC_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
  set(DPAC_PC_LIBDIR "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(DPAC_PC_INCLUDEDIR "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(DPAC_PC_PREFIX "\${pcfiledir}/${up}")
  set(DPAC_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(DPAC_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/dpac.pc.in dpac.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dpac.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
