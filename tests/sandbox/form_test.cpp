#include "tests/sandbox/form.hpp"

#include <gmock/gmock.h>

namespace insightd::sandbox
{
namespace
{

using ::testing::IsEmpty;

TEST(Form, EscapesGoThereAndBack)
{
    const std::string text = "a b+c&d=é/#_~";
    EXPECT_EQ(form_escaped("a b+c"), "a+b%2Bc");
    EXPECT_EQ(unescaped(form_escaped(text)), text);
}

TEST(Form, UrlEncodedFields)
{
    const Params expected{{"a", "1 2"}, {"b", ""}, {"c", ""}};
    EXPECT_EQ(
        form_fields("application/x-www-form-urlencoded; charset=utf-8", "a=1+2&b=&c"), expected);
}

TEST(Form, MultipartFields)
{
    const std::string body = "--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n"
                             "--x-1\r\nContent-Disposition: form-data; name=\"b\"\r\n"
                             "Content-Type: text/plain\r\n\r\n\r\n--x-1--\r\n";
    const Params expected{{"a", "1\r\n2"}, {"b", ""}};
    EXPECT_EQ(form_fields("multipart/form-data; boundary=x-1", body), expected);
    EXPECT_EQ(form_fields("multipart/form-data; boundary=\"x-1\"; q=1", body), expected);
}

TEST(Form, TruncatedOrForeignBodiesHaveNoFields)
{
    EXPECT_THAT(form_fields("multipart/form-data; boundary=x", "--x\r\nContent-"), IsEmpty());
    EXPECT_THAT(form_fields("multipart/form-data; boundary=x", ""), IsEmpty());
    EXPECT_THAT(form_fields("multipart/form-data", "--a"), IsEmpty());
    EXPECT_THAT(form_fields("application/json", "{}"), IsEmpty());
}

} // namespace
} // namespace insightd::sandbox
