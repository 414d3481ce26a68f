"""Drawings of networks: of layers within layers, and of nodes with edges."""
