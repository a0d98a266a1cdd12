#include "tests/torture/random/kinds.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <fstream>

// The disk under the state folder: most through the library that is loaded into the program, for
// that needs no rights; a small disk of its own where one can be mounted.
namespace insightd::torture
{
namespace
{

/// Every operation of these kinds, from now on.
auto failing(std::vector<Operation> operations, Effect effect, int error)
{
    return [operations = std::move(operations), effect, error](Ground& ground) {
        for (const auto operation : operations)
            ground.board.give_from_now({operation, effect, error});
    };
}

void heal_disk(Ground& ground)
{
    ground.board.heal();
}

Kind disk(std::string_view name, std::string_view how, std::function<void(Ground&)> inject)
{
    return {name,     how, "told to work again", Part::disk, Cost::nothing, std::move(inject),
            heal_disk};
}

std::filesystem::path ballast(const Ground& ground)
{
    return ground.wish.full_disk / "ballast";
}

void fill_up(Ground& ground)
{
    std::ofstream out{ballast(ground), std::ios::binary};
    const std::string block(4'096, 'x');
    while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
}

Kind small_disk_full()
{
    auto kind = disk("small disk full", "a tmpfs of a few MiB filled to its last byte", fill_up);
    kind.healed_by = "the ballast removed";
    kind.heal = [](Ground& ground) { std::filesystem::remove(ballast(ground)); };
    kind.needs_small_disk = true;
    return kind;
}

} // namespace

std::vector<Kind> kinds_of_disk()
{
    using enum Operation;
    const std::vector writing{file_write, file_truncate, file_allocate};
    const std::vector changing{file_write,  file_truncate, file_allocate,
                               file_rename, file_remove,   folder_make};
    return {
        disk("disk full", "writes fail with ENOSPC", failing(writing, Effect::error, ENOSPC)),
        disk(
            "disk full in the middle", "half of a write fits, then ENOSPC",
            failing(writing, Effect::half_failed, ENOSPC)),
        disk(
            "read-only file system", "EROFS to all that changes files; they can be opened",
            failing(changing, Effect::error, EROFS)),
        disk("disk cannot write", "EIO to writes", failing({file_write}, Effect::error, EIO)),
        disk("disk cannot sync", "EIO to fsync", failing({file_sync}, Effect::error, EIO)),
        disk("disk cannot read", "EIO to reads", failing({file_read}, Effect::error, EIO)),
        disk("short writes", "writes do half", failing({file_write}, Effect::half, 0)),
        disk("no descriptors left", "EMFILE to open", failing({file_open}, Effect::error, EMFILE)),
        disk("no memory for maps", "ENOMEM to mmap", failing({file_map}, Effect::error, ENOMEM)),
        disk("slow disk", "fsync takes 0.1 s", failing({file_sync}, Effect::delay, 100)),
        small_disk_full(),
    };
}

} // namespace insightd::torture
