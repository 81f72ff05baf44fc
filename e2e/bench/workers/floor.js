/** The least that a worker can do: it looks nothing up, and answers with bytes that it has at hand. */
import { contend } from './contender.js';

contend(({ request }) => {
  const size = Number(request.url.split('/r/')[1].split('/')[0]);
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(size));
      controller.close();
    },
  });
  return [new Response(body)];
});
