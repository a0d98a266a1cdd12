# What is installed beside the program: manual pages and completions that are made from what it takes, the unit, an
# example, documents. Then the Debian package: deploy/package.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(INSIGHTD_GZIP gzip REQUIRED)
set(made ${CMAKE_BINARY_DIR}/manual)
file(MAKE_DIRECTORY ${made})

# insightd_makes(FILE COMMAND…): FILE in ${made} is what the command prints, made anew when what it needs has changed.
function(insightd_makes file needs)
    list(JOIN ARGN " " command)
    add_custom_command(OUTPUT ${made}/${file}
        COMMAND sh -c "${command} >${made}/${file}"
        DEPENDS ${needs} VERBATIM)
    set_property(GLOBAL APPEND PROPERTY INSIGHTD_MADE ${made}/${file})
endfunction()

set(yaml_page ${PROJECT_SOURCE_DIR}/deploy/manual/yaml_page.py)
set(schema ${PROJECT_SOURCE_DIR}/config/insightd.schema.json)
insightd_makes(insightd.1 insightd $<TARGET_FILE:insightd> manual)
insightd_makes(insightd.yaml.5 "${yaml_page};${schema}"
    ${Python3_EXECUTABLE} ${yaml_page} ${schema} ${PROJECT_VERSION})
foreach(page insightd.1 insightd.yaml.5)
    insightd_makes(${page}.gz ${made}/${page} ${INSIGHTD_GZIP} -9nc ${made}/${page})
endforeach()
foreach(shell bash zsh fish)
    insightd_makes(insightd.${shell} insightd $<TARGET_FILE:insightd> completion ${shell})
endforeach()
insightd_makes(changelog.gz ${PROJECT_SOURCE_DIR}/deploy/debian/changelog
    ${INSIGHTD_GZIP} -9nc ${PROJECT_SOURCE_DIR}/deploy/debian/changelog)
get_property(all GLOBAL PROPERTY INSIGHTD_MADE)
add_custom_target(insightd_manuals ALL DEPENDS ${all})

# What is linked in, asked of ninja and dpkg: for the package alone.
set(bill ${PROJECT_SOURCE_DIR}/deploy/debian/sbom.py)
add_custom_command(OUTPUT ${made}/insightd.spdx.json ${made}/third-party-notices.gz
    COMMAND ${Python3_EXECUTABLE} ${bill} --build ${CMAKE_BINARY_DIR} --program $<TARGET_FILE:insightd>
        --version ${PROJECT_VERSION} --spdx ${made}/insightd.spdx.json --notices ${made}/third-party-notices.gz
    DEPENDS ${bill} insightd VERBATIM)
add_custom_target(insightd_sbom DEPENDS ${made}/insightd.spdx.json)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # tests are not installed
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES ${made}/insightd.1.gz DESTINATION share/man/man1)
install(FILES ${made}/insightd.yaml.5.gz DESTINATION share/man/man5)
install(FILES ${made}/insightd.bash DESTINATION share/bash-completion/completions RENAME insightd)
install(FILES ${made}/insightd.zsh DESTINATION share/zsh/vendor-completions RENAME _insightd)
install(FILES ${made}/insightd.fish DESTINATION share/fish/vendor_completions.d)
install(FILES deploy/systemd/insightd.service DESTINATION lib/systemd/system)
install(FILES deploy/systemd/insightd.sysusers DESTINATION lib/sysusers.d RENAME insightd.conf)
install(FILES deploy/systemd/insightd.tmpfiles DESTINATION lib/tmpfiles.d RENAME insightd.conf)
install(FILES deploy/insightd.example.yaml DESTINATION /etc/insightd RENAME insightd.yaml)
install(FILES ${schema} DESTINATION share/insightd)
install(DIRECTORY deploy/grafana deploy/prometheus DESTINATION share/insightd)
install(DIRECTORY deploy/docs/ DESTINATION share/doc/insightd)
install(DIRECTORY deploy/nginx deploy/caddy DESTINATION share/doc/insightd/examples)
install(FILES deploy/debian/copyright ${made}/changelog.gz DESTINATION share/doc/insightd)
install(FILES ${made}/insightd.spdx.json ${made}/third-party-notices.gz DESTINATION share/doc/insightd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The insightd authors <insightd@packages.invalid>" CACHE STRING "Who made the package")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS # procps: /bin/kill, for ExecReload
    "ca-certificates, procps, tzdata, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS postgresql) # for `database: embedded`, and for a server of this machine
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, nginx | caddy")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "collects Instagram insights into PostgreSQL as time series")
set(CPACK_PACKAGE_DESCRIPTION "A daemon that polls profiles, posts, stories and account insights of many
accounts, each on its own schedule, through the official platform API.
Every number carries when it was asked, whether it is final, and, where it is
missing, why. BI tools ask it in SQL.
.
The service is not started before /etc/insightd/insightd.yaml was edited.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(control ${PROJECT_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${control}/conffiles ${control}/postinst ${control}/prerm ${control}/postrm)
include(CPack)
