// Loaded before Clerk's command line, which has no setting for its relay: the WebSocket that it opens goes to the relay of the test.
const { WebSocket } = globalThis;

globalThis.WebSocket = class extends WebSocket {
  constructor(_, ...rest) {
    super(process.env.TEST_RELAY_URL, ...rest);
  }
};
