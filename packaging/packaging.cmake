# What `cmake --install` lays out and how CPack makes the .deb. Included by the root after the targets exist; it needs
# the target `larder` and PROJECT_VERSION.
#
# Three components: `server` (the program and its documents, below the prefix), `local` (conf file and unit below the
# prefix, for `cmake --install --prefix DIR`) and `system` (the same two at the places that Debian gives them; only in
# the .deb).
if(NOT PROJECT_IS_TOP_LEVEL)
  return()  # another program embeds Larder: what is installed is that program's business
endif()
include(GNUInstallDirs)

set(larder_doc_dir ${CMAKE_INSTALL_DATADIR}/doc/larder)
install(TARGETS larder RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
install(FILES README.md CHANGELOG.md DESTINATION ${larder_doc_dir} COMPONENT server)
install(FILES LICENSE DESTINATION ${larder_doc_dir} RENAME copyright COMPONENT server)

install(FILES conf/larder.conf DESTINATION etc/larder COMPONENT local)
# The unit names the program and its conf file by absolute paths, which hang on the prefix of this very installation.
install(CODE "set(larder_unit \"${PROJECT_SOURCE_DIR}/conf/larder.service\")" COMPONENT local)
install(CODE [[
  file(READ "${larder_unit}" unit)
  string(REPLACE "/usr/bin/" "${CMAKE_INSTALL_PREFIX}/bin/" unit "${unit}")
  string(REPLACE "/etc/larder" "${CMAKE_INSTALL_PREFIX}/etc/larder" unit "${unit}")
  set(unit_file "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/systemd/system/larder.service")
  message(STATUS "Installing: ${unit_file}")
  file(WRITE "${unit_file}" "${unit}")
]] COMPONENT local)

install(FILES conf/larder.conf DESTINATION /etc/larder COMPONENT system EXCLUDE_FROM_ALL
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES conf/larder.service DESTINATION /lib/systemd/system COMPONENT system EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME larder)
set(CPACK_PACKAGE_VENDOR "The Larder authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Larder authors <larder@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_COMPONENTS_ALL server system)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_STRIP_FILES ON)
# DESTDIR keeps the absolute paths of `system` inside the package.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Larder keeps data in memory, expires and evicts it, and can be used by any
Redis client. It runs as a daemon in place of Redis in small deployments and as
a stand-in for Redis in tests.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles
    ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
    ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
    ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
include(CPack)
