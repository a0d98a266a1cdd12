#include "daemon/command_line.hpp"

int main(int argc, char** argv)
{
    return static_cast<int>(insightd::daemon::run_command_line(argc, argv));
}
