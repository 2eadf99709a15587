// An HTTP/2 client for tests: it sends GOAWAY as soon as its stream is open, and goes on using it.
const http2 = require("http2");

const [url, head, ...messages] = process.argv.slice(2);
const session = http2.connect(url);
const stream = session.request(JSON.parse(head));
session.goaway(http2.constants.NGHTTP2_NO_ERROR, 0);
const chunks = [];
stream.on("response", (headers) => {
  console.log(headers[":status"]);
  for (const message of messages) stream.write(Buffer.from(message, "hex"));
  stream.end();
});
stream.on("data", (chunk) => chunks.push(chunk));
stream.on("end", () => {
  console.log(Buffer.concat(chunks).toString("hex"));
  session.destroy();
});
stream.on("error", (error) => console.log(`error ${error.message}`));
