#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

// The heap of the program `insightd`: what is freed is wiped first. A token passes through many
// strings on its way (a URL, a request, a buffer), and none of them must leave a copy behind.
// Sanitizers bring a heap of their own: then this file is not part of it.

namespace
{

void wipe_and_free(void* memory) noexcept
{
    if (memory == nullptr)
        return;
    explicit_bzero(memory, malloc_usable_size(memory));
    std::free(memory);
}

void* allocated(std::size_t size)
{
    for (;;) {
        if (void* memory = std::malloc(size == 0 ? 1 : size))
            return memory;
        const auto handler = std::get_new_handler();
        if (handler == nullptr)
            throw std::bad_alloc{};
        handler();
    }
}

} // namespace

void* operator new(std::size_t size)
{
    return allocated(size);
}

void* operator new[](std::size_t size)
{
    return allocated(size);
}

void operator delete(void* memory) noexcept
{
    wipe_and_free(memory);
}

void operator delete[](void* memory) noexcept
{
    wipe_and_free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    wipe_and_free(memory);
}

void operator delete[](void* memory, std::size_t) noexcept
{
    wipe_and_free(memory);
}
