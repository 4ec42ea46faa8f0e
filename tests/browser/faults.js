(() => {
  const faults = [];
  const widget = document.querySelector('#widget');
  const place = widget.getBoundingClientRect();
  const shown = (text) => JSON.stringify(text.trim().slice(0, 40));

  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page runs out of the window');
  for (const element of widget.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    if (style.display === 'none' || element.closest('cwdb-action')) continue;
    const rect = element.getBoundingClientRect();
    if (rect.width === 0 && rect.height === 0) continue;
    if (rect.right > place.right + 1 || rect.left < place.left - 1)
      faults.push(`${element.tagName} ${element.className.baseVal ?? element.className} runs out of the widget: ${shown(element.textContent)}`);
    const holds = !(element instanceof SVGElement) && !style.display.startsWith('inline') && element.clientWidth > 0;
    if (holds && element.scrollWidth > element.clientWidth + 1)
      faults.push(`${element.tagName} ${element.className} is wider than its place: ${shown(element.textContent)}`);
    if (holds && style.overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1)
      faults.push(`${element.tagName} ${element.className} is higher than its place`);
  }

  // Every line of every text, as it is drawn.
  const lines = [];
  const walker = document.createTreeWalker(widget, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('cwdb-action, style, title')) continue;
    texts += 1;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects())
      if (rect.width > 1 && rect.height > 1) lines.push({ node, rect, text: node.textContent });
    const letters = node.textContent.trim().length;
    if (letters > 6 && range.getClientRects().length > letters / 3)
      faults.push(`${shown(node.textContent)} is broken letter by letter`);
    // A word is whole, but for one that is too long for any column: see `tcr-long`.
    if (!parent.closest('code, .tcr-long, svg'))
      for (const word of node.textContent.matchAll(/[\p{L}\p{N}]+/gu)) {
        const letters = document.createRange();
        letters.setStart(node, word.index);
        letters.setEnd(node, word.index + word[0].length);
        const drawn = [...letters.getClientRects()].filter((rect) => rect.width > 0);
        if (new Set(drawn.map((rect) => Math.round(rect.top))).size > 1)
          faults.push(`the word ${shown(word[0])} is broken in ${shown(node.textContent)}`);
      }
    const picture = parent.closest('svg');
    if (picture) {
      const rect = parent.getBoundingClientRect();
      const frame = picture.getBoundingClientRect();
      if (rect.left < frame.left - 1 || rect.right > frame.right + 1 || rect.top < frame.top - 1 || rect.bottom > frame.bottom + 1)
        faults.push(`${shown(node.textContent)} is cut by its picture`);
    }
  }
  lines.sort((one, other) => one.rect.top - other.rect.top);
  for (let i = 0; i < lines.length; i += 1) {
    for (let k = i + 1; k < lines.length; k += 1) {
      const [one, other] = [lines[i], lines[k]];
      if (other.rect.top > one.rect.bottom) break;
      if (one.node === other.node) continue;
      const wide = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const high = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      // Lines of text that follow each other share a little of their height.
      if (wide > 1.5 && high > 5) faults.push(`${shown(one.text)} and ${shown(other.text)} overlap`);
    }
  }
  for (const [what, selector] of [['a script', '#widget script'], ['a picture from a name', '#widget img']])
    if (document.querySelector(selector)) faults.push(`there is ${what}`);
  return { faults, texts };
})()
