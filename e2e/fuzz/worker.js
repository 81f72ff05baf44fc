/* The built worker, whose unhandled rejections and errors can be asked for: { seen: true } */
(() => {
  const seen = [];
  self.addEventListener('unhandledrejection', ({ reason }) =>
    seen.push(`unhandled rejection: ${reason?.stack ?? String(reason)}`),
  );
  self.addEventListener('error', ({ message }) => seen.push(message));
  self.addEventListener('message', (event) => {
    if (!event.data?.seen) return;
    event.stopImmediatePropagation();
    event.ports[0].postMessage({ ok: true, value: seen });
  });
  importScripts('/worker.js');
})();
