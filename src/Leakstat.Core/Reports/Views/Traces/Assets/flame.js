(function () {
  'use strict';
  var svg = document.documentElement;
  var width = Number(svg.dataset.width);
  var frames = Array.prototype.map.call(document.querySelectorAll('.f'), function (g) {
    return {
      g: g, rect: g.querySelector('rect'), text: g.querySelector('text'), title: g.querySelector('title'),
      start: Number(g.dataset.x), weight: Number(g.dataset.w), depth: Number(g.dataset.d), name: g.dataset.n
    };
  });
  var detail = document.getElementById('detail');
  var found = document.getElementById('found');
  var reset = document.getElementById('reset');
  var search = document.getElementById('search');

  function cut(name, wide) {
    var room = Math.floor((wide - 6) / 7.3);
    return room < 3 ? '' : name.length <= room ? name : name.slice(0, room - 2) + '..';
  }

  function zoom(to) {
    var end = to.start + to.weight;
    frames.forEach(function (f) {
      var isAbove = f.depth < to.depth && f.start <= to.start && f.start + f.weight >= end;
      var isWithin = f.depth >= to.depth && f.start >= to.start && f.start + f.weight <= end;
      f.g.style.display = isAbove || isWithin ? '' : 'none';
      f.g.classList.toggle('dim', isAbove);
      var x = isAbove ? 0 : (f.start - to.start) / to.weight * width;
      var wide = isAbove ? width : f.weight / to.weight * width;
      f.rect.setAttribute('x', x);
      f.rect.setAttribute('width', wide);
      f.text.setAttribute('x', x + 3);
      f.text.textContent = cut(f.name, wide);
    });
    reset.setAttribute('visibility', to.depth > 0 ? 'visible' : 'hidden');
  }

  /* Overlapping hits of one stack count once: a hit above another hit is within it already. */
  function find(words) {
    words = words.toLowerCase();
    var hits = frames.filter(function (f) {
      var hit = words.length > 0 && f.depth > 0 && f.name.toLowerCase().indexOf(words) >= 0;
      f.g.classList.toggle('hit', hit);
      return hit;
    }).sort(function (a, b) { return a.start - b.start || b.weight - a.weight; });
    var sum = 0, reach = -1;
    hits.forEach(function (f) {
      if (f.start >= reach) { sum += f.weight; reach = f.start + f.weight; }
    });
    found.textContent = words.length === 0 || frames.length === 0 ? '' :
      hits.length + ' frames, ' + (sum / frames[0].weight * 100).toFixed(1) + ' %';
  }

  frames.forEach(function (f) {
    function show() { detail.textContent = f.title.textContent; }
    f.g.addEventListener('click', function () { zoom(f); });
    f.g.addEventListener('keydown', function (e) { if (e.key === 'Enter') { zoom(f); } });
    f.g.addEventListener('mouseenter', show);
    f.g.addEventListener('focus', show);
  });
  reset.addEventListener('click', function () { zoom(frames[0]); });
  document.addEventListener('keydown', function (e) { if (e.key === 'Escape' && frames.length > 0) { zoom(frames[0]); } });
  search.addEventListener('input', function () { find(search.value); });
}());
