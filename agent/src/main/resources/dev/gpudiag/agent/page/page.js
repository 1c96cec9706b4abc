(() => {
  'use strict';
  const EVERY = 5000;
  const connection = document.getElementById('connection');
  let last = new Date();

  // whoever reads a hidden tab, or is about to copy a command, is not disturbed
  const busy = () => document.hidden || String(getSelection()) !== '';

  function show(next) {
    const page = document.getElementById('page');
    const fresh = next.getElementById('page');
    if (!fresh) {
      throw new Error('not the page of gpudiag');
    }
    for (const details of fresh.querySelectorAll('details[id]')) {
      const before = document.getElementById(details.id);
      if (before) {
        details.open = before.open;
      }
    }
    const focused = document.activeElement && document.activeElement.closest('details[id]');
    page.replaceWith(document.adoptNode(fresh));
    if (focused) {
      const again = document.getElementById(focused.id);
      if (again) {
        again.querySelector('summary').focus({preventScroll: true});
      }
    }
    document.title = next.title;
    const icon = next.querySelector('link[rel=icon]');
    document.querySelector('link[rel=icon]').href = icon.href;
  }

  async function refresh() {
    if (!busy()) {
      try {
        const answer = await fetch(location.pathname, {cache: 'no-store', signal: AbortSignal.timeout(4000)});
        if (!answer.ok) {
          throw new Error('status ' + answer.status);
        }
        show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
        last = new Date();
        connection.textContent = '';
      } catch (problem) {
        connection.textContent = 'Not current: the agent has not answered since ' + last.toLocaleTimeString() + '.';
      }
    }
    setTimeout(refresh, EVERY);
  }

  setTimeout(refresh, EVERY);
})();
