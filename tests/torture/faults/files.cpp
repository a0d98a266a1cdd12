#include "tests/torture/faults/judge.hpp"
#include "tests/torture/faults/real.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// Files: the C library's functions, of which each may be told to fail.
namespace
{

using namespace insightd::torture;

/// Does it, unless it shall fail. What has no halves fails whole.
template <class Result, class Work> Result whole(Operation operation, Result failure, Work work)
{
    const auto verdict = judge(operation);
    if (!verdict)
        return work();
    switch (verdict->effect) {
    case Effect::dead_before:
    case Effect::torn:
        die();
    case Effect::dead_after:
        work();
        die();
    default:
        errno = verdict->error;
        return failure;
    }
}

/// The same of what may be done by half; `work` takes how many bytes.
template <class Work> ssize_t divided(Operation operation, std::size_t size, Work work)
{
    const auto verdict = judge(operation);
    if (!verdict)
        return work(size);
    switch (verdict->effect) {
    case Effect::half:
        return work(size > 1 ? size / 2 : size);
    case Effect::half_failed:
        if (size > 1)
            work(size / 2);
        break;
    case Effect::torn:
        work(size / 2);
        die();
    case Effect::dead_before:
        die();
    case Effect::dead_after:
        work(size);
        die();
    default:
        break;
    }
    errno = verdict->error;
    return -1;
}

template <class Work> int opened(const char* path, Work work)
{
    if (!is_watched(path))
        return work();
    const int descriptor = whole(Operation::file_open, -1, work);
    set_role(descriptor, Role::file);
    return descriptor;
}

template <class Work> FILE* opened_as_stream(const char* path, Work work)
{
    if (!is_watched(path))
        return work();
    FILE* none = nullptr;
    FILE* stream = whole(Operation::file_open, none, work);
    if (stream != nullptr)
        set_role(fileno(stream), Role::file);
    return stream;
}

mode_t mode_in(int flags, std::va_list list)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

bool is_file(int descriptor)
{
    return role_of(descriptor) == Role::file;
}

} // namespace

extern "C" {

int open(const char* path, int flags, ...)
{
    INSIGHTD_REAL(open);
    std::va_list list;
    va_start(list, flags);
    const auto mode = mode_in(flags, list);
    va_end(list);
    return opened(path, [&] { return real(path, flags, mode); });
}

int open64(const char* path, int flags, ...)
{
    INSIGHTD_REAL(open64);
    std::va_list list;
    va_start(list, flags);
    const auto mode = mode_in(flags, list);
    va_end(list);
    return opened(path, [&] { return real(path, flags, mode); });
}

FILE* fopen(const char* path, const char* mode)
{
    INSIGHTD_REAL(fopen);
    return opened_as_stream(path, [&] { return real(path, mode); });
}

FILE* fopen64(const char* path, const char* mode)
{
    INSIGHTD_REAL(fopen64);
    return opened_as_stream(path, [&] { return real(path, mode); });
}

/// It closes its descriptor where nobody sees it, and the next one is something else.
int fclose(FILE* stream)
{
    INSIGHTD_REAL(fclose);
    if (stream != nullptr)
        set_role(fileno(stream), Role::none);
    return real(stream);
}

int close(int descriptor)
{
    INSIGHTD_REAL(close);
    set_role(descriptor, Role::none);
    return real(descriptor);
}

ssize_t pread(int descriptor, void* data, size_t size, off_t offset)
{
    INSIGHTD_REAL(pread);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most, offset); };
    return is_file(descriptor) ? divided(Operation::file_read, size, work) : work(size);
}

ssize_t pread64(int descriptor, void* data, size_t size, off64_t offset)
{
    INSIGHTD_REAL(pread64);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most, offset); };
    return is_file(descriptor) ? divided(Operation::file_read, size, work) : work(size);
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset)
{
    INSIGHTD_REAL(pwrite);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most, offset); };
    return is_file(descriptor) ? divided(Operation::file_write, size, work) : work(size);
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset)
{
    INSIGHTD_REAL(pwrite64);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most, offset); };
    return is_file(descriptor) ? divided(Operation::file_write, size, work) : work(size);
}

ssize_t write(int descriptor, const void* data, size_t size)
{
    INSIGHTD_REAL(write);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most); };
    return is_file(descriptor) ? divided(Operation::file_write, size, work) : work(size);
}

/// The vectors are few and small: half of them is none.
ssize_t writev(int descriptor, const iovec* parts, int count)
{
    INSIGHTD_REAL(writev);
    const ssize_t failure = -1;
    const auto work = [&] { return real(descriptor, parts, count); };
    return is_file(descriptor) ? whole(Operation::file_write, failure, work) : work();
}

int fsync(int descriptor)
{
    INSIGHTD_REAL(fsync);
    const auto work = [&] { return real(descriptor); };
    return is_file(descriptor) ? whole(Operation::file_sync, -1, work) : work();
}

int fdatasync(int descriptor)
{
    INSIGHTD_REAL(fdatasync);
    const auto work = [&] { return real(descriptor); };
    return is_file(descriptor) ? whole(Operation::file_sync, -1, work) : work();
}

int ftruncate(int descriptor, off_t size) noexcept
{
    INSIGHTD_REAL(ftruncate);
    const auto work = [&] { return real(descriptor, size); };
    return is_file(descriptor) ? whole(Operation::file_truncate, -1, work) : work();
}

int ftruncate64(int descriptor, off64_t size) noexcept
{
    INSIGHTD_REAL(ftruncate64);
    const auto work = [&] { return real(descriptor, size); };
    return is_file(descriptor) ? whole(Operation::file_truncate, -1, work) : work();
}

/// It tells its error by its result.
int posix_fallocate(int descriptor, off_t offset, off_t size)
{
    INSIGHTD_REAL(posix_fallocate);
    const auto work = [&] { return real(descriptor, offset, size); };
    if (!is_file(descriptor))
        return work();
    const int result = whole(Operation::file_allocate, -1, work);
    return result == -1 ? errno : result;
}

void* mmap(
    void* address, size_t size, int protection, int flags, int descriptor, off_t offset) noexcept
{
    INSIGHTD_REAL(mmap);
    const auto work = [&] { return real(address, size, protection, flags, descriptor, offset); };
    return is_file(descriptor) ? whole(Operation::file_map, MAP_FAILED, work) : work();
}

void* mmap64(
    void* address, size_t size, int protection, int flags, int descriptor, off64_t offset) noexcept
{
    INSIGHTD_REAL(mmap64);
    const auto work = [&] { return real(address, size, protection, flags, descriptor, offset); };
    return is_file(descriptor) ? whole(Operation::file_map, MAP_FAILED, work) : work();
}

int flock(int descriptor, int how) noexcept
{
    INSIGHTD_REAL(flock);
    const auto work = [&] { return real(descriptor, how); };
    return is_file(descriptor) ? whole(Operation::file_lock, -1, work) : work();
}

int rename(const char* from, const char* to) noexcept
{
    INSIGHTD_REAL(rename);
    const auto work = [&] { return real(from, to); };
    return is_watched(from) ? whole(Operation::file_rename, -1, work) : work();
}

int unlink(const char* path) noexcept
{
    INSIGHTD_REAL(unlink);
    const auto work = [&] { return real(path); };
    return is_watched(path) ? whole(Operation::file_remove, -1, work) : work();
}

int remove(const char* path) noexcept
{
    INSIGHTD_REAL(remove);
    const auto work = [&] { return real(path); };
    return is_watched(path) ? whole(Operation::file_remove, -1, work) : work();
}

int mkdir(const char* path, mode_t mode) noexcept
{
    INSIGHTD_REAL(mkdir);
    const auto work = [&] { return real(path, mode); };
    return is_watched(path) ? whole(Operation::folder_make, -1, work) : work();
}

} // extern "C"
