#include "daemon/command_line.hpp"
#include "daemon/heap.hpp"
#include "daemon/no_core_dump.hpp"

int main(int argc, char** argv)
{
    insightd::daemon::forbid_core_dumps();
    insightd::daemon::give_large_blocks_back();
    return static_cast<int>(insightd::daemon::run_command_line(argc, argv));
}
