#pragma once

#include <dlfcn.h>

namespace insightd::torture
{

/// What the library stands in front of.
template <class Function> Function* real(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace insightd::torture

/// The function of the C library that this one replaces.
#define INSIGHTD_REAL(name)                                                                        \
    static auto* const real = insightd::torture::real<decltype(::name)>(#name)
