// An HTTP/2 server for tests: it accepts a stream, and then does what its argument says.
const http2 = require("http2");

const mode = process.argv[2];
const server = http2.createServer();
let refused = 0;
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  const session = stream.session;
  if (mode === "refuse-once" && refused++ === 0) {
    session.goaway(http2.constants.NGHTTP2_NO_ERROR, 0);
    setTimeout(() => session.destroy(), 200);
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
    else if (mode === "cut") session.socket.destroy();
    else stream.end(Buffer.from(process.argv[3], "hex"));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
