# What every target is compiled with: warnings, sanitizers, hardening, and one compiled copy of Beast.

add_library(insightd_options INTERFACE)
target_include_directories(insightd_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(insightd_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<BOOL:${INSIGHTD_DEV}>:-Werror>)
target_compile_definitions(insightd_options INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
    SPDLOG_FMT_EXTERNAL)
target_link_libraries(insightd_options INTERFACE Threads::Threads Boost::boost)

if(INSIGHTD_SANITIZE)
    # vptr, null and alignment checks triple the compile time of Asio code and find nothing there.
    target_compile_options(insightd_options INTERFACE
        -fsanitize=${INSIGHTD_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(insightd_options INTERFACE -fsanitize=${INSIGHTD_SANITIZE})
    if(INSIGHTD_SANITIZE MATCHES "undefined")
        target_compile_options(insightd_options INTERFACE
            -fno-sanitize=vptr,null,alignment -fno-sanitize-recover=undefined)
    endif()
    if(INSIGHTD_FUZZ)
        # For great numbers of executions, Release: what is found there is looked at under the preset asan.
        set(watched -fsanitize=fuzzer-no-link)
        if(CMAKE_BUILD_TYPE STREQUAL "Release")
            # What a fuzzer does not call is left out of it, for the counters of all that is in it are read every time.
            set(watched -fsanitize-coverage=inline-8bit-counters,pc-table -fsanitize-trap=undefined
                -ffunction-sections -fdata-sections)
            target_link_options(insightd_options INTERFACE -Wl,--gc-sections,-z,start-stop-gc)
            target_compile_definitions(insightd_options INTERFACE _GLIBCXX_ASSERTIONS)
        endif()
        # clang-14 cannot emit the function check for coroutines.
        target_compile_options(insightd_options INTERFACE ${watched} -fno-sanitize=function)
    endif()
    if(INSIGHTD_SANITIZE MATCHES "thread")
        target_compile_definitions(insightd_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(insightd_options INTERFACE
        -Werror=format-security -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
        -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
    target_link_options(insightd_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -pie)
endif()

add_library(insightd_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio_beast.cpp)
target_link_libraries(insightd_asio PUBLIC insightd_options OpenSSL::SSL OpenSSL::Crypto)

# Instrumented code is too slow as a debug build leaves it. Tests are left as they are: optimised, they take twice as long
# to compile, and mostly wait when they run.
function(insightd_runs_fast name)
    if(INSIGHTD_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Debug")
        target_compile_options(${name} PRIVATE -O1)
    endif()
endfunction()
insightd_runs_fast(insightd_asio)

# A folder is a library: insightd_library(insightd_config) compiles every .cpp beside its CMakeLists.txt.
function(insightd_library name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/(main|wiping_heap)\\.cpp$") # of the program alone
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC insightd_options)
    insightd_runs_fast(${name})
endfunction()
