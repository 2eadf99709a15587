// An HTTP/2 server for tests: it accepts a stream, and then does what the endpoint is named after.
const http2 = require("http2");

const responses = JSON.parse(process.argv[2]);
const refused = new Set();
const server = http2.createServer();
let socket;
server.on("connection", (accepted) => (socket = accepted));
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  const session = stream.session;
  const mode = headers[":path"].split("/")[2];
  if (mode === "refuse-once" && !refused.has(mode)) {
    refused.add(mode);
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  if (mode === "refuse") {
    stream.respond({ ":status": 400, "x-amzn-errortype": "InputValidationError" });
    stream.end(JSON.stringify({ Message: "not like this", ErrorCode: "Invalid" }));
    return;
  }
  stream.respond({ ":status": 200, "content-type": "application/vnd.amazon.eventstream" });
  if (mode === "goaway") session.goaway(http2.constants.NGHTTP2_NO_ERROR, stream.id);
  if (mode === "goaway-error") session.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR, stream.id);
  stream.once("data", () => {
    if (mode === "reset") stream.destroy(new Error("reset"));
    else if (mode === "cut") socket.destroy();
    else stream.end(Buffer.from(responses[mode], "hex"));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
