#include "tests/torture/random/kinds.hpp"

#include <csignal>

// The process itself.
namespace insightd::torture
{
namespace
{

void start_again(Ground& ground)
{
    if (!ground.daemon_runs())
        ground.start_daemon();
}

void stop_it(Ground& ground)
{
    if (!ground.stop_daemon())
        ground.complaints.push_back("SIGTERM did not end it well within 10 s");
}

/// It must see that another one uses the folder, and end at once. Of two that start together one
/// would, whichever.
void start_a_second_one(Ground& ground)
{
    ground.wait_until_folder_is_taken();
    ground.second = std::make_unique<DaemonProcess>(ground.folder());
    ground.second->start();
}

} // namespace

std::vector<Kind> kinds_of_program()
{
    return {
        {"kill -9", "SIGKILL", "started again", Part::program, Cost::nothing, &Ground::kill_daemon,
         start_again},
        {"stopped", "SIGTERM", "started again", Part::program, Cost::nothing, stop_it, start_again},
        {"kill -9 at its start", "SIGKILL within the first moments, twice", "started again",
         Part::program, Cost::nothing,
         [](Ground& ground) {
             for (int again = 0; again < 2; ++again) {
                 ground.kill_daemon();
                 ground.start_daemon();
                 std::this_thread::sleep_for(std::chrono::milliseconds{ground.roll(1, 150)});
             }
             ground.kill_daemon();
         },
         start_again},
        {"suspended", "SIGSTOP", "SIGCONT", Part::program, Cost::nothing,
         [](Ground& ground) { ground.daemon.send(SIGSTOP); },
         [](Ground& ground) { ground.daemon.send(SIGCONT); }},
        {"a second one in its folder", "another `insightd run` with the same file", "SIGKILL to it",
         Part::program, Cost::nothing, start_a_second_one,
         [](Ground& ground) { ground.second.reset(); }},
    };
}

} // namespace insightd::torture
