#include "daemon/webhooks/form.hpp"

#include <gmock/gmock.h>

namespace insightd::webhooks
{
namespace
{

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(Form, OfAVerificationIsRead)
{
    EXPECT_THAT(
        form_of("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a%20b+c%26"),
        UnorderedElementsAre(
            Pair("hub.mode", "subscribe"), Pair("hub.challenge", "1158201444"),
            Pair("hub.verify_token", "a b c&")));
}

TEST(Form, WithoutAnythingIsEmpty)
{
    EXPECT_THAT(form_of(""), IsEmpty());
    EXPECT_THAT(form_of("%zz=1"), IsEmpty());
    EXPECT_THAT(form_of("%zz=1&a=b&c=%"), UnorderedElementsAre(Pair("a", "b")));
    EXPECT_THAT(form_of("a"), UnorderedElementsAre(Pair("a", "")));
}

} // namespace
} // namespace insightd::webhooks
