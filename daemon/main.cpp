#include "daemon/command_line.hpp"
#include "daemon/no_core_dump.hpp"

int main(int argc, char** argv)
{
    insightd::daemon::forbid_core_dumps();
    return static_cast<int>(insightd::daemon::run_command_line(argc, argv));
}
